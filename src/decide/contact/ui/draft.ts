import { useState } from 'react'
import { useLeaveGuard } from '../../../console/kit/leaveGuard.ts'
import type { Policy, PolicyDoc } from '../contract.ts'

export type Draft = {
  doc: PolicyDoc
  dirty: boolean
  may: boolean
  change(edit: Partial<PolicyDoc>): void
  drop(): void
}

/** What is written and not yet published. It lives on this page alone: leaving asks first. */
export function useDraft(policy: Policy, may: boolean): Draft {
  const [draft, setDraft] = useState<{ of: number; doc: PolicyDoc }>()
  const own = draft?.of === policy.version ? draft.doc : undefined
  const doc = own ?? policy.doc
  const dirty = own !== undefined && JSON.stringify(own) !== JSON.stringify(policy.doc)
  useLeaveGuard(dirty)
  return {
    ...{ doc, dirty, may },
    change: (edit) => setDraft({ of: policy.version, doc: { ...doc, ...edit } }),
    drop: () => setDraft(undefined),
  }
}

/** A name for a new rule that is not taken. */
export function freshId(prefix: string, taken: readonly { id: string }[]): string {
  for (let n = taken.length + 1; ; n++) if (!taken.some(({ id }) => id === `${prefix}${n}`)) return `${prefix}${n}`
}
