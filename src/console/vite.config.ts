import { readdir, readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { build as bundle, defineConfig, type Plugin } from 'vite'

const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Files are compressed once, here, and not for each browser: the server sends `x.js.br` or `x.js.gz` for `x.js`. */
function compressed(): Plugin {
  let folder = ''
  return {
    name: 'compressed',
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir, build.assetsDir)
    },
    async closeBundle() {
      const files = (await readdir(folder)).filter((name) => /\.(js|css|svg)$/.test(name))
      await Promise.all(
        files.map(async (name) => {
          const bytes = await readFile(`${folder}/${name}`)
          const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
          await writeFile(`${folder}/${name}.br`, await toBrotli(bytes, quality))
          await writeFile(`${folder}/${name}.gz`, await toGzip(bytes, { level: 9 }))
        }),
      )
    },
  }
}

/**
 * The files of the web SDK that this product serves itself, each one script that stands in a page by its tag. They lie
 * beside the console, in `sdk/`, under names that do not change: pages of the bank have them in their markup.
 */
function webSdk(): Plugin {
  let folder = ''
  return {
    name: 'web-sdk',
    apply: 'build',
    configResolved({ root, build }) {
      folder = resolve(root, build.outDir, 'sdk')
    },
    async closeBundle() {
      for (const [entry, file] of [
        ['tag', 'zhixing'],
        ['pick', 'zhixing-pick'],
      ])
        await bundle({
          configFile: false,
          logLevel: 'warn',
          build: {
            target: 'es2020',
            outDir: folder,
            emptyOutDir: false,
            copyPublicDir: false,
            lib: { entry: here(`../../sdk/web/src/${entry}.ts`), formats: ['iife'], name: `zx_${entry}` },
            rolldownOptions: { output: { entryFileNames: `${file}.js` } },
          },
        })
    },
  }
}

// biome-ignore lint/style/noDefaultExport: a tool's own file, read by its default export.
export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [react(), compressed(), webSdk()],
  html: {
    // The server puts a fresh value in place of this word in each answer and in the policy it sends with it.
    cspNonce: '__NONCE__',
  },
  build: {
    outDir: here('../../dist/console'),
    emptyOutDir: true,
    target: 'es2022',
    // Nothing is inlined as data: so that the policy needs no exception for it.
    assetsInlineLimit: 0,
    // size.ts reads it (in .vite, which is not served) to add up what the first route loads.
    manifest: true,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ['/api', '/healthz', '/readyz', '/openapi.json', '/docs'].map((path) => [
        path,
        process.env.ZHIXING_API ?? 'http://localhost:8866',
      ]),
    ),
  },
})
