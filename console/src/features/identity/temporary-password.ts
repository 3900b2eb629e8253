/** Easy to read out and to type: no letters that look alike. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
/** The largest multiple of the number of letters in a byte: above it the first letters would be likelier. */
const fair = 256 - (256 % letters.length)

function letter(): string {
  for (;;) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1))
    if (byte < fair) return letters[byte % letters.length] ?? ''
  }
}

/** `k7mp-9xqc-tw3d-hj6n`: 79 random bits, good for the first sign-in. */
export const temporaryPassword = () =>
  Array.from({ length: 4 }, () => Array.from({ length: 4 }, letter).join('')).join('-')
