const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/(Chrome|CriOS)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
]
const machines: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** `Chrome · Windows` of a user agent, or its beginning where it is none of the known. */
export function agentName(agent: string): string {
  const find = (names: [RegExp, string][]) => names.find(([shape]) => shape.test(agent))?.[1]
  return [find(browsers), find(machines)].filter(Boolean).join(' · ') || agent.slice(0, 40)
}
