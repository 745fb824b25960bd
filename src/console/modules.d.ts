/** Style sheets are imported for their effect; Vite turns each into a hashed file. */
declare module '*.css'

/** Ant Design ships its words as files that the compiler takes for CommonJS; the bundler reads them as they are. */
declare module 'antd/es/locale/*' {
  const locale: import('antd').ConfigProviderProps['locale']
  // biome-ignore lint/style/noDefaultExport: it describes a file that is not ours
  export default locale
}
