import { type Text, text } from '../../../platform/problem.ts'
import type { Preview } from '../contract.ts'
import { segmentsOf } from '../rules/sms.ts'

export function checkMobile(address: string): Text | undefined {
  return /^(?:\+?86)?1\d{10}$/.test(address.replace(/[\s-]/g, ''))
    ? undefined
    : text('不是中国大陆手机号', 'Not a mobile number of mainland China')
}

export function smsPreview(whole: string, withoutWayOut: boolean): Omit<Preview, 'units' | 'cost'> {
  const { alphabet, parts } = segmentsOf(whole)
  return {
    shown: [{ label: text('短信', 'Message'), value: whole }],
    notes: [
      text(
        `${[...whole].length} 字,${alphabet === 'gsm7' ? 'GSM-7' : 'UCS-2'}`,
        `${[...whole].length} letters, ${alphabet === 'gsm7' ? 'GSM-7' : 'UCS-2'}`,
      ),
      ...(parts.length > 1 ? [text(`分 ${parts.length} 段下发`, `Sent in ${parts.length} parts`)] : []),
      ...(withoutWayOut
        ? [text('账号未配置退订语:营销短信须带“退订回T”', 'No way out is set: marketing needs one')]
        : []),
    ],
  }
}
