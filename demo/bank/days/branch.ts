import { works } from '../calendar.ts'
import { chanceOf, one, purpose, streamOf } from '../chance.ts'
import { stateOn } from '../life.ts'
import { branchHours, secondsAt } from './rhythm.ts'
import { record, type Scene } from './scene.ts'

const errands = ['现金业务', '定期存款', '挂失换卡', '账户查询', '外汇业务', '社保卡业务'] as const
const topics = ['手续费', '营销打扰', '等待时间', '系统故障', '服务态度', '理财收益'] as const

/** Branch visits and complaints, and the day an account is opened. */
export function counter(scene: Scene): void {
  const { person, day, bank, date, life } = scene
  const { seed } = bank.options
  if (day === person.opened) {
    const next = streamOf(seed, person.index, purpose.counter, day)
    record(scene, 'branch', 'account_open', secondsAt(next, branchHours), {
      org_no: bank.orgs[1 + person.city * 6 + 1 + person.district]?.code ?? '',
    })
    return
  }
  const state = stateOn(life, day)
  if (state === 'left') return
  const old = person.age > 55 ? 2.2 : 0.8
  const open = works(date) ? 1 : date.kind === 'holiday' ? 0.15 : 0.5
  const visits = 0.006 * old * (1.5 - person.digital) * open * (state === 'sleeping' ? 0.25 : 1)
  const complaints = 0.00045 * (1.4 - person.trust) * (0.6 + person.irritability) * (state === 'sleeping' ? 0.2 : 1)
  const u = chanceOf(seed, person.index, purpose.complaint, day)
  if (u >= visits + complaints) return
  const next = streamOf(seed, person.index, purpose.counter, day)
  if (u < visits)
    record(scene, 'branch', 'branch_visit', secondsAt(next, branchHours), {
      business: one(next, errands),
      minutes: 5 + Math.floor(40 * next()),
    })
  else
    record(scene, 'core', 'complaint', secondsAt(next, branchHours), {
      topic: one(next, topics),
      channel: next() < 0.8 ? '电话' : '网点',
    })
}
