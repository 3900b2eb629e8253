import type { SandboxPaymentRow } from '../../../database/payment-tables.ts'

interface Visit {
  readonly now: number
  /** A path of ours: the page that led here. */
  readonly back?: string | undefined
}

/** The page behind the sandbox's QR code: one amount, one button, nothing personal. */
export function sandboxPage(row: SandboxPaymentRow, { now, back }: Visit): string {
  const amount = (row.fen / 100).toFixed(2)
  const isOver = now > row.expires_at && row.fen % 100 !== 96
  const rest =
    row.paid_at !== null
      ? '<p role="status">已支付 · Paid</p>'
      : isOver
        ? '<p role="status">订单已过期 · Expired</p>'
        : '<form method="post"><button type="submit">支付 · Pay</button></form>'
  const wayBack = back === undefined ? '' : `<p><a href="${back}">返回 · Back</a></p>`
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>模拟支付 · Sandbox</title>
<style>
body { font-family: system-ui, sans-serif; max-width: 24rem; margin: 3rem auto; padding: 0 1rem; text-align: center }
strong { display: block; font-size: 2.5rem; margin: 1rem 0 }
button { font-size: 1.25rem; padding: 0.75rem 2rem; width: 100% }
</style>
</head>
<body>
<h1>模拟支付 · Sandbox</h1>
<p>不会扣款 · No money is moved</p>
<strong>¥ ${amount}</strong>
${rest}
${wayBack}
</body>
</html>
`
}
