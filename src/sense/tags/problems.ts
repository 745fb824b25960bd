import { invalidField, Problem, text } from '../../platform/problem.ts'

export function noSegments(field: string): Problem {
  return invalidField(
    field,
    'tags.no_segments',
    text(
      '标签的规则可以引用其他标签,不能引用客群:客群由标签组成,反过来会绕成圈。请把客群的条件写成一个标签。',
      'The rule of a tag may read other tags, not segments: segments are made of tags. Say the condition as a tag instead.',
    ),
  )
}

export function nameTaken(name: string): Problem {
  return invalidField(
    'name',
    'tags.name_taken',
    text(`已有名为“${name}”的标签`, `There is a tag called ${name} already`),
  )
}

export function circle(names: readonly string[]): Problem {
  const way = names.map((name) => `“${name}”`)
  return invalidField(
    'draft',
    'tags.circle',
    text(`标签循环引用:${way.join(' → ')}`, `Tags would read each other in a circle: ${names.join(' → ')}`),
  )
}

export function inUse(users: readonly string[]): Problem {
  return new Problem(
    'conflict',
    'tags.in_use',
    text(
      `正在引用它的有:${users.join('、')}。请先修改它们。`,
      `These read it: ${users.join(', ')}. Change them first.`,
    ),
  )
}

export function otherType(before: string, after: string, users: readonly string[]): Problem {
  return new Problem(
    'conflict',
    'tags.other_type',
    text(
      `值的类型由 ${before} 变为 ${after},引用它的规则会失效:${users.join('、')}。请新建一个标签。`,
      `Its values would be ${after} and no longer ${before}, which breaks what reads it: ${users.join(', ')}. Make a new tag.`,
    ),
  )
}

/** Somebody came to read it since the caller was told who does. */
export function moreReaders(users: readonly string[]): Problem {
  return new Problem(
    'conflict',
    'tags.more_readers',
    text(
      `现在引用它的有:${users.join('、')}。请再次确认。`,
      `These read it by now: ${users.join(', ')}. Confirm again.`,
    ),
  )
}

export function retired(): Problem {
  return new Problem('conflict', 'tags.retired', text('标签已停用', 'The tag is retired'))
}

export function notPublished(): Problem {
  return new Problem('conflict', 'tags.not_published', text('请先发布标签', 'Publish the tag first'))
}

export function neverComputed(name: string): Problem {
  return new Problem(
    'conflict',
    'tags.not_computed',
    text(`标签“${name}”还没有计算过,请先计算它`, `The tag ${name} was never computed: compute it first`),
  )
}

export function notGiven(): Problem {
  return new Problem(
    'conflict',
    'tags.not_given',
    text('它的值由规则计算,不能写入', 'Its values are computed by a rule and cannot be given'),
  )
}
