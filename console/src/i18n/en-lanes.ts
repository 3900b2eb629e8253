import type { Texts } from './index'
import type { zhCNLaneRules } from './zh-CN-lanes'

/** Calls from lanes, as every page tells of them. */
export const enRing: Texts['ring'] = {
  calls: 'Calls from lanes',
  title: '📞 {place} is calling',
  waiting: '{n} calls wait for an answer',
  entry: 'Entry',
  exit: 'Exit',
  since: 'waiting {duration}',
  answer: 'Answer',
  toDesk: 'To the help desk',
  sound: { on: 'Ringing: on', off: 'Ringing: off' },
}

/** Rules by which a lane decides about cars. */
export const enLaneRules: Record<keyof typeof zhCNLaneRules, string> = {
  alreadyInside: 'Comes in while it is inside',
  notInside: 'Nobody saw it come in',
  lotFull: 'Car park is full',
  groupFull: 'Shared spaces are taken',
  temporary: 'Temporary',
  unpaid: 'Not paid',
  debt: 'Not paid; a debt is recorded',
  lenient: 'Everybody gets through',
  whitelist: 'Whitelist',
  group: 'Shared spaces',
  free: 'Free of charge',
  duplicateRead: 'Read twice',
}
