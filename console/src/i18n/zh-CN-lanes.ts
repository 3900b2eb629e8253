/** Calls from lanes, as every page tells of them. */
export const zhCNRing = {
  calls: '车道呼叫',
  title: '📞 {place} 呼叫',
  waiting: '{n} 个呼叫等待接听',
  entry: '入口',
  exit: '出口',
  since: '已等 {duration}',
  answer: '接听',
  toDesk: '前往值守台',
  sound: { on: '来电铃声：开', off: '来电铃声：关' },
} as const

/** Rules by which a lane decides about cars. */
export const zhCNLaneRules = {
  alreadyInside: '记录在场却又入场',
  notInside: '没有入场记录',
  lotFull: '车位已满',
  groupFull: '共享车位已用完',
  temporary: '临时车',
  unpaid: '未缴费',
  debt: '未缴费，已记欠费',
  lenient: '宽进宽出',
  whitelist: '白名单',
  group: '共享车位',
  free: '免费车',
  duplicateRead: '重复识别',
} as const
