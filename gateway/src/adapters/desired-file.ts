import { DesiredFile } from '@gatehouse/platform/contract'
import { readFile } from 'node:fs/promises'
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
  if (schema.Check(content)) return content
  const problems = schema.Errors(content).slice(0, 20)
  throw badDesiredFile(path, problems.map(({ instancePath, message }) => `${instancePath} ${message}`).join('; '))
}
