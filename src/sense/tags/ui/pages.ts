import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

const needs = 'tags.tag.read'

export const tagsPages: readonly Page[] = [
  {
    path: 'sense/tags',
    title: text('标签', 'Tags'),
    phase: 'sense',
    icon: 'tags',
    needs,
    words: 'biaoqian bq tag label rfm',
    load: () => import('./tagsPage.tsx').then((m) => m.TagsPage),
  },
  {
    path: 'sense/tags/new',
    title: text('新建标签', 'New tag'),
    phase: 'sense',
    under: 'sense/tags',
    needs: 'tags.tag.edit',
    load: () => import('./newTagPage.tsx').then((m) => m.NewTagPage),
  },
  {
    path: 'sense/tags/:id',
    title: text('标签', 'Tag'),
    phase: 'sense',
    under: 'sense/tags',
    needs,
    load: () => import('./tagPage.tsx').then((m) => m.TagPage),
  },
  {
    path: 'sense/tags/:id/edit',
    title: text('编辑标签', 'Edit a tag'),
    phase: 'sense',
    under: 'sense/tags',
    needs: 'tags.tag.edit',
    load: () => import('./editPage.tsx').then((m) => m.EditPage),
  },
]
