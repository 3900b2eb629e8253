/** A4 in points. */
const page = { width: 595, height: 842, margin: 56 }
const size = 10
const lineHeight = 16

/** Where a text stands: from the left margin, or ending there (`end`). */
export interface PdfText {
  readonly text: string
  readonly x: number
  readonly align?: 'start' | 'end'
  readonly size?: number
}
export type PdfLine = readonly PdfText[]

/** Latin letters take half of the square that a Chinese one takes. */
const widthOf = (text: string, fontSize: number) =>
  Array.from(text).reduce((sum, letter) => sum + (letter.charCodeAt(0) < 0x80 ? fontSize / 2 : fontSize), 0)

/** UCS-2, as the encoding of the font wants it. */
const hex = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0).toString(16).padStart(4, '0')).join('')

function show({ text, x, align = 'start', size: fontSize = size }: PdfText, y: number): string {
  const left = page.margin + x - (align === 'end' ? widthOf(text, fontSize) : 0)
  return `BT /F1 ${fontSize} Tf ${left.toFixed(1)} ${y.toFixed(1)} Td <${hex(text)}> Tj ET`
}

function contentOf(lines: readonly PdfLine[]): string {
  const top = page.height - page.margin
  return lines.flatMap((line, index) => line.map((text) => show(text, top - index * lineHeight))).join('\n')
}

/**
 * Adobe's standard Chinese font, which readers bring along: nothing is embedded (PDF 1.7, 9.7.5.2). ASCII are its
 * CIDs 1 to 95; half as wide as the others.
 */
const fontObjects = [
  '<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>',
  '<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /FontDescriptor 5 0 R /DW 1000 /W [1 95 500] ' +
    '/CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> >>',
  '<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 ' +
    '/Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>',
]
const firstPage = 6

function assemble(objects: readonly string[]): Buffer {
  let body = '%PDF-1.7\n'
  const offsets = objects.map((object, index) => {
    const offset = body.length
    body += `${index + 1} 0 obj\n${object}\nendobj\n`
    return offset
  })
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const count = objects.length + 1
  const trailer = `trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${body.length}\n%%EOF\n`
  return Buffer.from(`${body}xref\n0 ${count}\n0000000000 65535 f \n${table}${trailer}`, 'latin1')
}

/** Lines of text on as many pages as they need. */
export function toPdf(lines: readonly PdfLine[]): Buffer {
  const perPage = Math.floor((page.height - 2 * page.margin) / lineHeight)
  const pages = Array.from({ length: Math.max(1, Math.ceil(lines.length / perPage)) }, (_page, index) =>
    contentOf(lines.slice(index * perPage, (index + 1) * perPage)),
  )
  const pageOf = (index: number) => firstPage + 2 * index
  const kids = pages.map((_page, index) => `${pageOf(index)} 0 R`).join(' ')
  const box = `[0 0 ${page.width} ${page.height}]`
  return assemble([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    ...fontObjects,
    ...pages.flatMap((content, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox ${box} /Resources << /Font << /F1 3 0 R >> >> ` +
        `/Contents ${pageOf(index) + 1} 0 R >>`,
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
  ])
}
