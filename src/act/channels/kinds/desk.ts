import { Type } from 'typebox'
import { text } from '../../../platform/problem.ts'
import { type Kind, sayField } from './kind.ts'

/** People of the bank who call or visit: what is sent becomes a task of theirs. */
function desk(kind: 'agent' | 'task', name: Kind['name'], about: Kind['about']): Kind {
  return {
    kind,
    channel: kind,
    name,
    about,
    unit: text('个', 'task'),
    price: 0,
    settings: Type.Object({}, { additionalProperties: false }),
    initial: {},
    fields: [],
    secrets: [],
    presets: [],
    identity: null,
    towards: [],
    callback: false,
    checkAddress: () => undefined,
    units: () => 1,
    preview: async (fields) => ({
      shown: [
        { label: text('事由', 'Reason'), value: sayField(fields, 'reason') },
        { label: text('话术', 'Script'), value: sayField(fields, 'script') },
      ],
      notes: [],
    }),
    open: async (way) => ({
      async send(letters) {
        await way.keep.tasks(kind, letters)
        return letters.map(({ key }) => ({ key, state: 'sent', providerId: key, units: 1 }))
      },
      close: async () => {},
    }),
  }
}

export const agent = desk(
  'agent',
  text('人工坐席', 'Agent call'),
  text('进入坐席的外呼任务', 'A task of the call centre'),
)
export const task = desk('task', text('客户经理任务', 'RM task'), text('进入客户经理工作台', 'A task on the worklist'))
