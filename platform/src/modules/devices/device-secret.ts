import { randomInt } from 'node:crypto'
import { randomToken } from '../../core/secrets.ts'

/** Without 0 and o, 1 and l. */
const letters = 'abcdefghijkmnpqrstuvwxyz23456789'
/** 100 bits: still nobody can try them all, not even with the hash at hand. */
const typeableLength = 20

/** 256 random bits, or fewer in an alphabet that survives being typed into any device. */
export const newDeviceSecret = (form: 'long' | 'typeable'): string =>
  form === 'long'
    ? randomToken()
    : Array.from({ length: typeableLength }, () => letters.charAt(randomInt(letters.length))).join('')
