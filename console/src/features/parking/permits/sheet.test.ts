import { deflateRawSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decodeText, readDelimited } from './sheet'
import { readXlsx } from './xlsx'
import { openZip } from './zip'

describe('text with separators', () => {
  test('cells copied from a spreadsheet', () => {
    expect(readDelimited('车牌\t类型\r\n京A12345\t月租\r\n')).toEqual([
      ['车牌', '类型'],
      ['京A12345', '月租'],
    ])
  })

  test('quoted cells hold separators, quotes and lines', () => {
    expect(readDelimited('plate,holder\n"京A12345","Li, ""old""\nhouse 3"\n,x')).toEqual([
      ['plate', 'holder'],
      ['京A12345', 'Li, "old"\nhouse 3'],
      ['', 'x'],
    ])
  })

  test('semicolons, a byte order mark, and empty rows between keep their number', () => {
    expect(readDelimited('\uFEFFa;b\n\n 1 ;2\n;\n\n')).toEqual([['a', 'b'], [''], ['1', '2']])
  })

  test('an open quote ends with the text', () => {
    expect(readDelimited('a\n"b')).toEqual([['a'], ['b']])
  })

  test('a file of a Chinese spreadsheet is GB 18030', () => {
    expect(decodeText(Uint8Array.of(0xb3, 0xb5, 0xc5, 0xc6))).toBe('车牌')
    expect(decodeText(new TextEncoder().encode('车牌'))).toBe('车牌')
  })
})

/** A ZIP archive as spreadsheet programs write it. */
function zip(files: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(text)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(8, 8)
    local.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(at, 42)
    parts.push(local, Buffer.from(name), packed)
    directory.push(entry, Buffer.from(name))
    at += local.length + name.length + packed.length
  }
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(at, 16)
  return Uint8Array.from(Buffer.concat([...parts, ...directory, end]))
}

const book = {
  'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="permits" r:id="rId1"/></sheets></workbook>',
  'xl/_rels/workbook.xml.rels':
    '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
  'xl/sharedStrings.xml':
    '<sst><si><t>车牌</t></si><si><t>结束日期</t></si><si><r><t>京A</t></r><r><t>12345</t></r></si></sst>',
  'xl/styles.xml':
    '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy/m/d"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/></cellXfs></styleSheet>',
  'xl/worksheets/sheet1.xml':
    '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c></row>' +
    '<row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3"><v>7</v></c><c r="C3" s="1"><v>46053</v></c></row>' +
    '<row r="4"><c r="A4" t="inlineStr"><is><t>沪AD12345</t></is></c></row></sheetData></worksheet>',
}

describe('.xlsx files', () => {
  test('text, numbers, dates and gaps stand where they stand in the spreadsheet', async () => {
    expect(await readXlsx(zip(book))).toEqual([
      ['车牌', '', '结束日期'],
      [],
      ['京A12345', '7', '2026-01-31'],
      ['沪AD12345'],
    ])
  })

  test('what is no spreadsheet is refused', async () => {
    expect(() => openZip(Uint8Array.from({ length: 100 }))).toThrow(TypeError)
    await expect(readXlsx(zip({ 'readme.txt': 'x' }))).rejects.toThrow(TypeError)
  })
})
