import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { type FormSchema, fieldFault, isNeeded, toSend } from './schemaErrors.ts'

const schema = Type.Object({
  login: Type.String({ minLength: 2, maxLength: 6, pattern: '^[a-z]+$', description: 'small letters' }),
  email: Type.Optional(Type.Union([Type.String({ format: 'email' }), Type.Null()])),
  age: Type.Optional(Type.Integer({ minimum: 18 })),
  note: Type.Optional(Type.String({ maxLength: 5 })),
  password: Type.Optional(Type.String({ minLength: 1 })),
  parent: Type.Union([Type.String(), Type.Null()]),
  name: Type.Object({ zh: Type.String({ minLength: 1 }), en: Type.String({ minLength: 1 }) }),
}) as unknown as FormSchema

const cases: [field: string, value: unknown, zh: string | undefined][] = [
  ['login', '', '必填'],
  ['login', undefined, '必填'],
  ['login', 'a', '至少 2 个字符'],
  ['login', '  abc  ', undefined],
  ['login', 'abcdefg', '最多 6 个字符'],
  ['login', 'Abc', '格式不正确:small letters'],
  ['email', '', undefined],
  ['email', 'somebody', '请输入正确的邮箱地址'],
  ['email', 'a@bank.example', undefined],
  ['age', 17, '不能小于 18'],
  ['age', null, undefined],
  ['parent', null, undefined],
  ['name.zh', '  ', '必填'],
  ['name.en', 'Branch', undefined],
  ['nothing of the kind', 'x', undefined],
]
for (const [field, value, zh] of cases)
  test(`a form says ${zh ?? 'nothing'} beside ${field} holding ${JSON.stringify(value)}`, () => {
    assert.equal(fieldFault(schema, field, value)?.zh, zh)
  })

test('what is optional in a schema of changes must still not be emptied, unless emptiness is an answer', () => {
  const edit = Type.Object({
    name: Type.Optional(Type.String({ minLength: 1 })),
    note: Type.Optional(Type.String()),
    email: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }) as unknown as FormSchema
  assert.deepEqual(
    ['name', 'note', 'email'].map((field) => isNeeded(edit, field, true)),
    [true, false, false],
  )
  assert.equal(isNeeded(edit, 'name', false), false)
  assert.equal(fieldFault(edit, 'name', '', true)?.en, 'Required')
  assert.equal(fieldFault(edit, 'name', '', false), undefined)
})

test('a form sends trimmed texts, null for an emptied field that takes it, and a password as it was typed', () => {
  const typed = {
    login: ' abc ',
    email: '',
    age: null,
    note: '',
    password: ' secret ',
    parent: null,
    name: { zh: ' 分行 ', en: 'Branch' },
    repeat: 'not of the schema',
  }
  assert.deepEqual(toSend(schema, typed, ['password']), {
    login: 'abc',
    email: null,
    note: '',
    password: ' secret ',
    parent: null,
    name: { zh: '分行', en: 'Branch' },
  })
})
