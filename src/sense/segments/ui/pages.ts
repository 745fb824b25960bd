import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

const needs = 'segments.segment.read'

export const segmentsPages: readonly Page[] = [
  {
    path: 'sense/segments',
    title: text('客群', 'Segments'),
    phase: 'sense',
    icon: 'segments',
    needs,
    words: 'kequn kq renqun audience segment eql',
    load: () => import('./segmentsPage.tsx').then((m) => m.SegmentsPage),
  },
  {
    path: 'sense/segments/:id',
    title: text('客群', 'Segment'),
    phase: 'sense',
    under: 'sense/segments',
    needs,
    load: () => import('./segmentPage.tsx').then((m) => m.SegmentPage),
  },
  {
    path: 'sense/segments/:id/edit',
    title: text('编辑客群', 'Edit a segment'),
    phase: 'sense',
    under: 'sense/segments',
    needs: 'segments.segment.edit',
    load: () => import('./editorPage.tsx').then((m) => m.EditorPage),
  },
]
