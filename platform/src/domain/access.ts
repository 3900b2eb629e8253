/** Below this the terminal may be looking at a photo instead of a person. */
export const minimumLiveness = 0.7

/** The rights of a person, as far as a gate must know them. */
export interface AccessRights {
  readonly consentVersion?: string | undefined
  /** UTC ms. */
  readonly validUntil?: number | undefined
}

export interface AccessAttempt {
  readonly method: 'face' | 'card'
  /** Whose face or card it is; absent when it is nobody's. */
  readonly person?: AccessRights | undefined
  /** The terminal's judgement, 0–1; faces only. */
  readonly liveness?: number
  /** UTC ms. */
  readonly at: number
}

export interface AccessVerdict {
  readonly decision: 'open' | 'refuse'
  readonly rule: string
  /** In words, as the gate says it. */
  readonly reason: string
}

const refuse = (rule: string, reason: string): AccessVerdict => ({ decision: 'refuse', rule, reason })

/** Decides whether a gate opens. A face counts only with the person's consent and for a living person. */
export function decideAccess({ method, person, liveness = 0, at }: AccessAttempt): AccessVerdict {
  if (!person) {
    return method === 'face'
      ? refuse('stranger', '未登记人员，请使用其他方式或呼叫物业')
      : refuse('card-unknown', '无效卡，请联系物业')
  }
  if (person.validUntil !== undefined && at >= person.validUntil) {
    return refuse('expired', '通行权限已过期，请联系物业')
  }
  if (method === 'card') return { decision: 'open', rule: 'card', reason: '请通行' }
  if (person.consentVersion === undefined) return refuse('no-consent', '未同意人脸识别，请使用门禁卡')
  if (liveness < minimumLiveness) return refuse('liveness', '请正对摄像头，或使用门禁卡')
  return { decision: 'open', rule: 'face', reason: '请通行' }
}
