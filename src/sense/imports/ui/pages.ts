import { text } from '../../../console/kit/text.ts'
import type { Page } from '../../../console/page.ts'

export const importsPages: readonly Page[] = [
  {
    path: 'sense/imports',
    title: text('数据导入', 'Imports'),
    phase: 'sense',
    icon: 'imports',
    needs: 'imports.read',
    words: 'shujudaoru sjdr import csv excel parquet upload shangchuan',
    load: () => import('./importsPage.tsx').then((m) => m.ImportsPage),
  },
  {
    path: 'sense/imports/new',
    title: text('新建导入', 'New import'),
    phase: 'sense',
    under: 'sense/imports',
    needs: 'imports.run',
    words: 'xinjiandaoru xjdr',
    load: () => import('./newImportPage.tsx').then((m) => m.NewImportPage),
  },
  {
    path: 'sense/imports/:id',
    title: text('导入详情', 'Import'),
    phase: 'sense',
    under: 'sense/imports',
    needs: 'imports.read',
    load: () => import('./importPage.tsx').then((m) => m.ImportPage),
  },
]
