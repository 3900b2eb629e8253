import { importPermits, previewPermitImport, type PermitImportPreview } from '@gatehouse/platform/contract'
import { shallowRef } from 'vue'
import { call } from '../../../api/http'
import { decodeText, mostRows, readDelimited, type Sheet } from './sheet'

export type ImportMode = 'merge' | 'replace'
/** Larger files are no lists of permits. */
const mostBytes = 10_000_000

/** From a file or pasted cells to a preview, and from there to the import: all rows or none. */
export function usePermitImport(compoundId: () => string) {
  const sheet = shallowRef<Sheet>()
  const preview = shallowRef<PermitImportPreview>()
  /** Why the file cannot be read. */
  const unreadable = shallowRef<'too-large' | 'too-long' | 'no-sheet' | 'empty'>()
  const mode = shallowRef<ImportMode>('merge')

  function take(read: Sheet) {
    preview.value = undefined
    unreadable.value = read.length < 2 ? 'empty' : read.length > mostRows ? 'too-long' : undefined
    sheet.value = unreadable.value === undefined ? read : undefined
  }
  async function readFile(file: File) {
    sheet.value = preview.value = unreadable.value = undefined
    if (file.size > mostBytes) {
      unreadable.value = 'too-large'
      return
    }
    const bytes = new Uint8Array(await file.arrayBuffer())
    if (!file.name.toLowerCase().endsWith('.xlsx')) {
      take(readDelimited(decodeText(bytes)))
      return
    }
    const { readXlsx } = await import('./xlsx')
    try {
      take(await readXlsx(bytes))
    } catch {
      // Whatever is wrong inside, it is not a spreadsheet that can be read.
      unreadable.value = 'no-sheet'
    }
  }
  const body = () => ({ sheet: (sheet.value ?? []).map((row) => [...row]), mode: mode.value })
  const params = () => ({ compoundId: compoundId() })
  return {
    sheet,
    preview,
    unreadable,
    mode,
    readFile,
    readText: (text: string) => take(readDelimited(text)),
    check: async () => (preview.value = await call(previewPermitImport, { params: params(), body: body() })),
    carryOut: () => call(importPermits, { params: params(), body: body() }),
  }
}
