import { command, type Broadcast, type SpeakerState } from '@gatehouse/platform/contract'
import { flushPromises } from '@vue/test-utils'
import { Type } from 'typebox'
import { expect, onTestFinished, test } from 'vitest'
import { deviceWith, mountInConsole } from '../../testing/in-console'
import BroadcastCard from './BroadcastCard.vue'
import BroadcastForm from './BroadcastForm.vue'
import { announcementOf, missingOf, type Draft } from './compose'
import { summaryOf } from './progress'

const draft: Draft = { text: ' 请注意 ', speakerIds: ['s1', 's2'], priority: 'property', reason: '' }
const states: readonly SpeakerState[] = ['queued', 'fetched', 'started', 'finished', 'failed', 'pre-empted']
const broadcast: Broadcast = {
  id: 'b1',
  compoundId: 'garden',
  text: '请注意',
  priority: 'property',
  by: 'guard',
  at: 1_800_000_000_000,
  speakers: states.map((state) => ({ deviceId: state, state, at: 1 })),
}

test('the result counts played, playing and failed', () => {
  expect(summaryOf(broadcast)).toEqual({ all: 6, finished: 1, running: 3, failedIds: ['failed', 'pre-empted'] })
})

test('an emergency needs a reason, others carry none', () => {
  expect(missingOf({ ...draft, priority: 'emergency' })).toBe('broadcast.needReason')
  expect(missingOf({ ...draft, text: '  ' })).toBe('broadcast.needText')
  expect(missingOf({ ...draft, speakerIds: [] })).toBe('broadcast.needSpeaker')
  expect(missingOf(draft)).toBeUndefined()
  expect(announcementOf('garden', { ...draft, reason: 'left over' })).toEqual({
    compoundId: 'garden',
    text: '请注意',
    speakerIds: ['s1', 's2'],
    priority: 'property',
  })
})

test('the failed ones can be asked again', async () => {
  const { wrapper } = mountInConsole(BroadcastCard, { props: { broadcast, nameOf: (id: string) => id } })
  onTestFinished(() => wrapper.unmount())
  expect(wrapper.get('[data-testid="broadcast-played"]').text()).toBe('1/6 已播放')
  await wrapper.get('[data-testid="broadcast-retry"]').trigger('click')
  expect(wrapper.emitted('retry')).toEqual([[['failed', 'pre-empted']]])
})

test('an announcement is shown before it is heard', async () => {
  const speak = command('Speak', Type.Object({ text: Type.String() }))
  const speakers = ['s1', 's2'].map((id) => deviceWith({ id, name: id, online: id === 's1', capabilities: { speak } }))
  const { wrapper } = mountInConsole(BroadcastForm, { props: { modelValue: draft, speakers, busy: false } })
  onTestFinished(() => wrapper.unmount())
  await wrapper.get('form').trigger('submit')
  expect(wrapper.emitted('start')).toBeUndefined()
  expect(document.querySelector('dialog')?.textContent).toContain('1 个离线')
  document.querySelector<HTMLElement>('[data-testid="broadcast-start"]')?.click()
  await flushPromises()
  expect(wrapper.emitted('start')).toHaveLength(1)
})
