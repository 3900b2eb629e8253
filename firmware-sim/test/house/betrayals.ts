import type { Part } from './part.ts'

const aroundIt = 120

/** Lines in which a part wrote what must never be in a log, with the words themselves left out. */
export function betrayalsIn(parts: readonly Pick<Part, 'output'>[], secrets: readonly string[]): string[] {
  return parts.flatMap((part) => {
    const output = part.output()
    return secrets
      .filter((secret) => secret !== '' && output.includes(secret))
      .map((secret) => {
        const at = output.indexOf(secret)
        const line = output.slice(Math.max(0, at - aroundIt), at + secret.length + aroundIt)
        return line.replaceAll(secret, '<what must not be here>')
      })
  })
}
