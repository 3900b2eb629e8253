import type { Permit } from '../../contract/index.ts'

export type Field = 'plate' | 'kind' | 'holder' | 'from' | 'until' | 'group' | 'spaces' | 'lanes'

/** Headers as property offices write them, in their form without spaces and capitals. */
const headers: Readonly<Record<Field, readonly string[]>> = {
  plate: ['车牌', '车牌号', '车牌号码', '号牌', 'plate', 'plateno', 'platenumber', 'licenceplate', 'licenseplate'],
  kind: ['类型', '车辆类型', '权限', '权限类型', '通行类型', '车类', 'kind', 'type', 'permit'],
  holder: ['持有人', '车主', '车主姓名', '业主', '业主姓名', '姓名', '联系人', 'holder', 'owner', 'name'],
  from: ['开始', '开始日期', '开始时间', '起始日期', '生效日期', '有效期起', 'from', 'start', 'validfrom', 'startdate'],
  until: [
    ...['结束', '结束日期', '结束时间', '截止日期', '到期日期', '到期', '有效期至', '有效期止', '有效期'],
    ...['until', 'to', 'end', 'validuntil', 'validto', 'enddate', 'expires', 'expiry'],
  ],
  group: ['组', '分组', '车位组', '共享组', '家庭组', 'group', 'groupid', 'household'],
  spaces: ['车位', '车位数', '车位数量', '共享车位', 'spaces', 'spacecount'],
  lanes: ['车道', '通道', '可用车道', '可通行车道', 'lanes', 'lane', 'laneids', 'gates'],
}

const kinds: Readonly<Record<Permit['kind'], readonly string[]>> = {
  monthly: ['月租', '月租车', '月租户', '月卡', '月卡车', '包月', '月保', 'monthly', 'month'],
  'own-space': [
    '自有车位',
    '产权车位',
    '产权车',
    '业主车',
    '业主车辆',
    '业主',
    '固定车',
    'ownspace',
    'owner',
    'resident',
  ],
  visitor: ['访客', '访客车', '来访', '预约', 'visitor', 'guest'],
  internal: ['内部', '内部车', '内部车辆', '员工', '员工车', 'internal', 'staff'],
  group: ['一位多车', '多车共位', '多位多车', '家庭共享', '共享车位', '车位组', 'group', 'shared', 'household'],
  whitelist: ['白名单', '白名单车', 'whitelist', 'allowlist'],
  free: ['免费', '免费车', '免费车辆', 'free'],
  blacklist: ['黑名单', '禁止', '禁止通行', 'blacklist', 'blocklist', 'banned'],
}

const bare = (text: string) =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_\-*:()]/gu, '')

const lookUp = <K extends string>(words: Readonly<Record<K, readonly string[]>>) =>
  new Map(Object.entries<readonly string[]>(words).flatMap(([key, names]) => names.map((name) => [name, key as K])))

const fieldOf = lookUp(headers)
const kindOf = lookUp(kinds)

/** The field that a header names, in either language. */
export const fieldNamed = (header: string): Field | undefined => fieldOf.get(bare(header))
/** The kind that a cell names, in either language. */
export const kindNamed = (cell: string): Permit['kind'] | undefined => kindOf.get(bare(cell))
