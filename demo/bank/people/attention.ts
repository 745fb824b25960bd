import type { Person } from './person.ts'

// When a person looks at a phone: the morning's way to work, noon, and evenings up to ten, as reports on mobile banking have
// it, in five habits of which everyone has one, mixed with what all share.

const everyone = [1, 0.5, 0.3, 0.2, 0.3, 0.8, 2.5, 5, 7.5, 9, 9.5, 9, 9.5, 8, 6.5, 6.5, 6.5, 7, 7.5, 9, 10, 9.5, 6.5, 3]
const habits: readonly (readonly number[])[] = [
  /* early */ [0, 0, 0, 0, 1, 4, 9, 10, 8, 6, 4, 3, 3, 2, 2, 2, 2, 3, 4, 4, 3, 1, 0, 0],
  /* office */ [0, 0, 0, 0, 0, 0, 1, 4, 8, 9, 8, 5, 7, 8, 7, 7, 6, 5, 4, 3, 3, 2, 1, 0],
  /* noon */ [0, 0, 0, 0, 0, 0, 1, 3, 4, 3, 4, 8, 10, 8, 4, 3, 3, 3, 4, 5, 5, 4, 2, 1],
  /* evening */ [1, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3, 3, 4, 3, 3, 3, 3, 4, 7, 9, 10, 10, 7, 3],
  /* night */ [7, 5, 3, 1, 0, 0, 0, 1, 2, 3, 3, 3, 4, 3, 3, 3, 3, 4, 5, 6, 8, 9, 10, 9],
]

const mixed = habits.map((habit) => {
  const hours = habit.map((weight, hour) => 0.35 * (everyone[hour] ?? 0) + 0.65 * weight)
  const greatest = Math.max(...hours)
  return hours.map((weight) => weight / greatest)
})

/** 24 numbers, the greatest of them 1. */
export function attentionOf(person: Pick<Person, 'age' | 'job' | 'rhythm'>): readonly number[] {
  const { age, job, rhythm } = person
  const early = age > 55 ? 0.5 : 0.12
  const office = job.office ? 0.34 : 0.08
  const night = age < 35 ? 0.22 : 0.05
  const shares = [early, office, 0.22, 0.36, night]
  const total = shares.reduce((sum, share) => sum + share, 0)
  let left = rhythm * total
  for (const [i, share] of shares.entries()) if ((left -= share) < 0) return mixed[i] as readonly number[]
  return mixed[3] as readonly number[]
}
