import type { Permit } from '@gatehouse/platform/contract'
import { flushPromises } from '@vue/test-utils'
import { expect, onTestFinished, test } from 'vitest'
import { defineComponent, h } from 'vue'
import { provideCompounds } from '../../../composables/useCompounds'
import { answering, refusing } from '../../../testing/answering'
import { mountInConsole } from '../../../testing/in-console'
import PermitDialog from './PermitDialog.vue'
import PermitsPage from './PermitsPage.vue'

const permit: Permit = { plate: '京A12345', kind: 'monthly', holder: '李' }
const other: Permit = { plate: '京A12346', kind: 'free', holder: '赵' }
const user = { username: 'office', name: 'Office', role: 'property', scope: '' } as const
const Permits = defineComponent({
  setup() {
    provideCompounds()
    return () => h(PermitsPage)
  },
})
const one = `/api/compounds/garden/permits/${encodeURIComponent(permit.plate)}`

async function open(routes: Parameters<typeof answering>[0]) {
  const asked = answering({
    'GET /api/compounds': () => [{ id: 'garden', name: '花园', path: 'a' }],
    'GET /api/compounds/garden/permits': () => [permit, other],
    'GET /api/permits/expiring': () => [],
    ...routes,
  })
  const { wrapper: page } = mountInConsole(Permits, { user })
  onTestFinished(() => page.unmount())
  await flushPromises()
  await page.get('.list button').trigger('click')
  await flushPromises()
  const count = (call: string) => asked.filter((known) => known.call === call).length
  return { page, asked, loads: () => count('GET /api/compounds/garden/permits') }
}

test('who changes one permit sends that one, and what it was', async () => {
  const { page, asked, loads } = await open({ [`PUT ${one}`]: () => ({ revision: 2 }) })
  page.getComponent(PermitDialog).vm.$emit('save', { ...permit, holder: '王' })
  await flushPromises()
  expect(asked.find(({ call }) => call === `PUT ${one}`)?.body).toEqual({
    permit: { ...permit, holder: '王' },
    before: permit,
  })
  expect(page.findComponent(PermitDialog).exists()).toBe(false)
  expect(loads()).toBe(2)
})

test('a permit that somebody else has changed meanwhile is shown as it is now', async () => {
  const { page, loads } = await open({ [`POST ${one}/removal`]: refusing(409, 'PERMITS_CHANGED', 'changed') })
  page.getComponent(PermitDialog).vm.$emit('remove', permit)
  await flushPromises()
  expect(page.findComponent(PermitDialog).exists()).toBe(false)
  expect(loads()).toBe(2)
})
