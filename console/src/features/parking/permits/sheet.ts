/** A spreadsheet as the platform takes it: the header and the rows, as text. */
export type Sheet = readonly (readonly string[])[]

/** Most rows that one import may have, with the header; most columns, and characters of a cell. */
export const mostRows = 20_001
export const mostColumns = 30
const mostCharacters = 200

/** Cells copied from a spreadsheet come with tabs; files with commas, or semicolons where the comma is decimal. */
function separatorOf(text: string): string {
  const line = text.split('\n', 1)[0] ?? ''
  const parts = (separator: string) => line.split(separator).length
  return ['\t', ',', ';', '，'].reduce((best, next) => (parts(next) > parts(best) ? next : best))
}

/** Where a plain cell ends: at a separator, a line end, or with the text. */
function endOfCell(text: string, start: number, separator: string): number {
  let end = start
  while (end < text.length && text[end] !== separator && text[end] !== '\n') end += 1
  return end
}
/** Where the closing quote stands; two quotes in a row are one that belongs to the cell. */
function closingQuote(text: string, start: number): number {
  let end = start
  while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1
  return end
}

/** One cell from `start` on, quoted or plain, and where it ends. */
function readCell(text: string, start: number, separator: string): { readonly cell: string; readonly end: number } {
  if (text[start] !== '"') {
    const end = endOfCell(text, start, separator)
    return { cell: text.slice(start, end), end }
  }
  const quote = closingQuote(text, start + 1)
  const cell = text.slice(start + 1, quote).replaceAll('""', '"')
  // Whatever follows the closing quote does not belong to the cell.
  return { cell, end: endOfCell(text, quote, separator) }
}

/** Text with separators; quoted cells may hold separators, quotes and line ends [RFC 4180]. */
export function readDelimited(raw: string): Sheet {
  // Spreadsheet programs put a byte order mark in front of UTF-8.
  const text = raw.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const separator = separatorOf(text)
  const rows: string[][] = []
  let row: string[] = []
  for (let at = 0; at <= text.length; at += 1) {
    const { cell, end } = readCell(text, at, separator)
    row.push(cell)
    at = end
    if (text[at] === separator) continue
    rows.push(row)
    row = []
  }
  return tidy(rows)
}

const isFilled = (row: readonly string[]) => row.some((cell) => cell !== '')

/**
 * Cells without space around, no empty rows at the end and no empty columns at the right: spreadsheets leave both
 * behind. Rows in between stay, so that they are counted as the spreadsheet counts them.
 */
export function tidy(rows: readonly (readonly string[])[]): Sheet {
  const trimmed = rows.map((row) => row.map((cell) => cell.trim().slice(0, mostCharacters)))
  const used = trimmed.slice(0, trimmed.findLastIndex(isFilled) + 1)
  const columns = Math.max(0, ...used.map((row) => row.findLastIndex((cell) => cell !== '') + 1))
  return used.map((row) => row.slice(0, Math.min(columns, mostColumns)))
}

/** Text of a file: UTF-8, else GB 18030, in which spreadsheets in China are saved as CSV. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('gb18030').decode(bytes)
  }
}
