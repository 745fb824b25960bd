import { invalidField, Problem, text } from '../../platform/problem.ts'

export function nameTaken(name: string): Problem {
  return invalidField(
    'name',
    'segments.name_taken',
    text(`已有名为“${name}”的客群`, `There is a segment called ${name} already`),
  )
}

export function circle(names: readonly string[]): Problem {
  const way = names.map((name) => `“${name}”`)
  return invalidField(
    'draft',
    'segments.circle',
    text(`客群循环引用:${way.join(' → ')}`, `Segments would ask for each other in a circle: ${names.join(' → ')}`),
  )
}

export function inUse(users: readonly string[]): Problem {
  const names = users.join(', ')
  return new Problem(
    'conflict',
    'segments.in_use',
    text(
      `以下客群正在引用它:${names}。请先修改它们的规则。`,
      `These segments use it: ${names}. Change their rules first.`,
    ),
  )
}

export function retired(): Problem {
  return new Problem('conflict', 'segments.retired', text('客群已停用', 'The segment is retired'))
}

export function notPublished(): Problem {
  return new Problem('conflict', 'segments.not_published', text('请先发布客群', 'Publish the segment first'))
}
