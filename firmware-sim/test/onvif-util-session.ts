/** Starts two cameras that can be found, lets onvif-util look for them and sign in, and prints what it said. */
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { startCameras } from '../src/onvif/cameras.ts'

const account = { username: 'admin', password: 'secret' }

const camera = (number: number) => ({
  ...account,
  id: `cam-${String(number)}`,
  name: `Gate ${String(number)}`,
  host: `127.66.0.${String(number)}`,
  port: 8200,
  snapshot: () => Promise.resolve(new Uint8Array()),
})

function onvifUtil(options: readonly string[], commands: readonly string[]) {
  const child = spawn('onvif-util', options, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(commands.map((command) => `${command}\n`).join(''))
  return text(child.stdout)
}

const cameras = await startCameras({ cameras: [camera(1), camera(2)], discovery: {} })
const search = await onvifUtil(['-a'], [])
const login = ['-u', account.username, '-p', account.password, '127.66.0.2']
const session = await onvifUtil(login, ['get profiles', 'get rtsp', 'get video', 'quit'])
await cameras.close()
process.stdout.write(JSON.stringify({ search, session }))
