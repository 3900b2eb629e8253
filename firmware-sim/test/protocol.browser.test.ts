import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { openPage, signInAs } from './house/browser.ts'
import { adminPassword, secretOf } from './house/house.ts'
import { setupHouse } from './house/setup.ts'

const run = promisify(execFile)

test('a device that is played with mosquitto clients shows in the browser and is opened from there', async () => {
  const house = await setupHouse({ devices: { 'north-in': { kind: 'barrier', settings: { direction: 'in' } } } })
  const device = ['-h', '127.0.0.1', '-p', String(house.mqttPort()), '-u', 'north-in', '-P', secretOf('north-in')]
  const page = await openPage(house.admin.url)
  await signInAs(page, { username: 'admin', password: adminPassword, language: 'English' })

  const event = { id: 'try-1', at: Date.now(), type: 'plate', plate: '京A12345', colour: 'blue', confidence: 96 }
  const topic = 'gh/v1/north-in/event'
  await run('mosquitto_pub', [...device, '-q', '1', '-i', 'north-in-pub', '-t', topic, '-m', JSON.stringify(event)])
  const card = page.locator('[data-testid=alert-card][data-alert-type="parking.entry-refused"]')
  await card.getByRole('link').click()

  const commandTopic = 'gh/v1/north-in/command'
  const subscriber = spawn('mosquitto_sub', [...device, '-q', '1', '-i', 'north-in', '-t', commandTopic, '-C', '1'])
  onTestFinished(() => void subscriber.kill())
  const received = once(createInterface(subscriber.stdout), 'line') as Promise<[string]>
  await page.getByTestId('command-open').click()
  await page.getByTestId('command-confirm').click()
  const [line] = await received
  expect(JSON.parse(line)).toMatchObject({ op: 'open' })
})
