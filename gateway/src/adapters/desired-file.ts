import { DesiredFile } from '@gatehouse/platform/contract'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Compile } from 'typebox/compile'
import { badDesiredFile } from '../errors.ts'

/** Reads the desired state of a gateway that has no platform. */
export async function readDesiredFile(path: string): Promise<DesiredFile> {
  let content: unknown
  try {
    content = JSON.parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw badDesiredFile(path, error instanceof Error ? error.message : 'it cannot be read', { cause: error })
  }
  const schema = Compile(DesiredFile)
  if (schema.Check(content)) return withAuthority(path, content)
  const problems = schema.Errors(content).slice(0, 20)
  throw badDesiredFile(path, problems.map(({ instancePath, message }) => `${instancePath} ${message}`).join('; '))
}

/** Also the authority of the devices may stand in a file of its own, beside this one. */
async function withAuthority(path: string, content: DesiredFile): Promise<DesiredFile> {
  const { devices } = content
  if (devices?.ca === undefined || devices.ca.includes('-----BEGIN')) return content
  const file = resolve(dirname(path), devices.ca)
  try {
    return { ...content, devices: { ...devices, ca: await readFile(file, 'utf8') } }
  } catch (error) {
    throw badDesiredFile(path, `"ca" names "${file}", which cannot be read`, { cause: error })
  }
}
