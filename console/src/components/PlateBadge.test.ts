import { mount } from '@vue/test-utils'
import { expect, test } from 'vitest'
import PlateBadge from './PlateBadge.vue'

const show = (plate: string, colour?: string) => mount(PlateBadge, { props: { plate, colour } })

test('a plate has the colour that was read', () => {
  for (const colour of ['blue', 'yellow', 'green', 'white', 'black'])
    expect(show('沪A12345', colour).classes()).toContain(colour)
})

test('without a colour the length tells a new energy car, and nothing else is guessed', () => {
  expect(show('沪BDA2687', 'unknown').classes()).toContain('green')
  expect(show('沪A12345', 'unknown').classes()).toContain('unknown')
  expect(show('沪A12345').classes()).toContain('unknown')
  expect(show('无牌K7C3AE').classes()).toContain('unknown')
})

test('the text is the plate alone, so that it can be copied; the dot follows province and authority', () => {
  const plate = show('沪A12345', 'blue')
  expect(plate.text()).toBe('沪A12345')
  expect(plate.get('.prefix').text()).toBe('沪A')
  expect(show('WJ京1234X', 'white').find('.prefix').exists()).toBe(false)
})
