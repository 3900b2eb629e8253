import { endpoints, type AuditLogEntry, type User } from '@gatehouse/platform/contract'
import { flushPromises } from '@vue/test-utils'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { provideCompounds } from '../../composables/useCompounds'
import { labelKey } from '../../i18n'
import { en } from '../../i18n/en'
import { zhCN } from '../../i18n/zh-CN'
import { answering, refusing } from '../../testing/answering'
import { mountInConsole } from '../../testing/in-console'
import AuditPage from './AuditPage.vue'
import { exportRange, filterOf, noFilter } from './audit-query'

const entry = (number: number, more: Partial<AuditLogEntry> = {}): AuditLogEntry => ({
  ...{ number, day: '2026-06-01', at: Date.now() - 60_000, actor: 'li', action: 'putUser', outcome: 'done' as const },
  ...{ details: { newRole: 'admin' }, hash: 'a'.repeat(64), target: 'wang', compoundId: 'garden' },
  ...more,
})

const admin: User = { username: 'root', name: 'Root', role: 'admin', scope: '' }
const WithCompounds = defineComponent({
  setup() {
    provideCompounds()
    return () => h(AuditPage)
  },
})

async function open(routes: Parameters<typeof answering>[0], user = admin) {
  const calls = answering({
    'GET /api/compounds': () => [{ id: 'garden', name: '花园', path: 'a' }],
    'GET /api/audit/verification': () => ({
      running: false,
      last: { at: Date.now() - 120_000, entries: 12_345, anchors: 3, problems: [] },
    }),
    ...routes,
  })
  const { wrapper: page } = mountInConsole(WithCompounds, { user })
  onTestFinished(() => page.unmount())
  await flushPromises()
  return { page, calls }
}

describe('words', () => {
  test.each([['zh-CN', zhCN.auditAction], ['en', en.auditAction]])('%s has a sentence for every audited endpoint', (_locale, words) => {
    const audited = Object.entries(endpoints).filter(([, { audit }]) => audit !== 'none')
    expect(audited.map(([name]) => name).filter((name) => !(labelKey(name) in words))).toEqual([])
  }) // prettier-ignore

  test('no sentence is about an endpoint that is gone', () => {
    const known = new Set(Object.keys(endpoints))
    const others = /^(platform|audit|realtime|approvals)[A-Z]/
    expect(Object.keys(zhCN.auditAction).filter((name) => !known.has(name) && !others.test(name))).toEqual([])
  })
})

describe('filters', () => {
  test('days are whole days on the clock of whoever looks', () => {
    const { from, to } = filterOf({ ...noFilter, from: '2026-06-01', to: '2026-06-01' })
    expect(new Date(from ?? 0).getHours()).toBe(0)
    expect((to ?? 0) - (from ?? 0)).toBe(86_400_000 - 1)
  })

  test('what is empty or nonsense is not asked for', () => {
    expect(filterOf(noFilter)).toEqual({})
    expect(filterOf({ ...noFilter, from: 'yesterday', compound: 'garden', actor: 'li' })).toEqual({
      ...{ compoundId: 'garden', actor: 'li' },
    })
  })

  test.each([
    ['2026-06-02', '2026-06-01', false],
    ['', '2026-06-01', false],
    ['2025-06-01', '2026-06-02', false],
    ['2025-06-01', '2026-06-01', true],
  ])('%s to %s can be exported: %s', (from, to, can) => {
    expect(exportRange({ from, to }) !== undefined).toBe(can)
  })
})

describe('the page', () => {
  test('says in words who did what to whom, and shows the whole entry on demand', async () => {
    const { page } = await open({ 'GET /api/audit/entries': () => ({ entries: [entry(7)] }) })
    const row = page.get('[data-testid=audit-entry]')
    expect(row.text()).toContain('li 添加或修改了用户 wang')
    expect(row.text()).toContain('花园')
    await row.trigger('click')
    expect(document.body.textContent).toContain('第 7 条记录')
    expect(document.body.textContent).toContain('newRole: admin')
  })

  test('older entries follow where the first page ended, also when a page was empty', async () => {
    const asked: (string | null)[] = []
    const { page } = await open({
      'GET /api/audit/entries': (_body, url) => {
        asked.push(url.searchParams.get('before'))
        if (asked.length === 1) return { entries: [], before: 900 }
        return { entries: [entry(3)] }
      },
    })
    const more = page.findAll('button').find((button) => button.text() === '继续向前查找')
    await more?.trigger('click')
    await flushPromises()
    expect(asked).toEqual([null, '900'])
    expect(page.findAll('[data-testid=audit-entry]')).toHaveLength(1)
  })

  test('a whole chain is said calmly, a broken one loudly and with the entry', async () => {
    const entries = { 'GET /api/audit/entries': () => ({ entries: [entry(1)] }) }
    const { page } = await open(entries)
    expect(page.get('[data-testid=chain]').attributes('data-state')).toBe('whole')
    expect(page.get('[data-testid=chain]').text()).toContain('审计链完整，12,345 条记录')
    const problem = { what: 'removed', day: '2026-06-01', number: 6, until: 7, message: '' }
    const broken = await open({
      ...entries,
      'GET /api/audit/verification': () => ({
        running: false,
        last: { at: Date.now(), entries: 5, anchors: 0, problems: [problem] },
      }),
    })
    expect(broken.page.get('[data-testid=chain] [role=alert]').text()).toContain('第 6 至 7 条记录被删除')
  })

  test('a verification that was started is followed to its end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    let running = false
    const { page } = await open({
      'GET /api/audit/entries': () => ({ entries: [] }),
      'GET /api/audit/verification': () => {
        const state = { running, ...(!running && { last: { at: Date.now(), entries: 9, anchors: 1, problems: [] } }) }
        running = false
        return state
      },
      'POST /api/audit/verification': () => ({ running: (running = true) }),
    })
    await page.get('[data-testid=chain] button').trigger('click')
    await flushPromises()
    expect(page.get('[data-testid=chain]').text()).toContain('正在验证审计链')
    for (let turn = 0; turn < 3; turn += 1) await vi.advanceTimersByTimeAsync(1000)
    expect(page.get('[data-testid=chain]').text()).toContain('审计链完整，9 条记录')
    vi.useRealTimers()
  })

  test('a supervisor sees entries but not the state of the whole chain', async () => {
    const { page, calls } = await open(
      { 'GET /api/audit/entries': () => ({ entries: [entry(1)] }) },
      { ...admin, role: 'supervisor', scope: 'a' },
    )
    expect(page.find('[data-testid=chain]').exists()).toBe(false)
    expect(calls.map(({ call }) => call)).not.toContain('GET /api/audit/verification')
  })

  test('nothing found, and what could not be loaded, are said', async () => {
    const none = await open({ 'GET /api/audit/entries': () => ({ entries: [] }) })
    expect(none.page.text()).toContain('没有符合条件的记录')
    const failed = await open({ 'GET /api/audit/entries': refusing(503, 'AUDIT_UNAVAILABLE', '') })
    expect(failed.page.get('.block[role=alert]').text()).toContain('审计记录暂时无法写入')
  })

  test('the export asks for the present filters and a range that is short enough', async () => {
    const { page } = await open({ 'GET /api/audit/entries': () => ({ entries: [entry(1)] }) })
    await page
      .findAll('button')
      .find((button) => button.text().includes('导出'))
      ?.trigger('click')
    const link = document.querySelector('[data-testid=download]')
    expect(link?.getAttribute('href')).toMatch(/^\/api\/audit\/export\?from=\d+&to=\d+&format=csv$/)
  })
})
