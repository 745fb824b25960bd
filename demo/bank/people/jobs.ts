/** `pay`: the median a month after tax in a city of the second tier, of the order of the wage statistics of 2024. */
export type Job = {
  name: string
  weight: number
  from: number
  until: number
  pay: number
  employed: boolean
  office: boolean
}

const job = (
  name: string,
  weight: number,
  from: number,
  until: number,
  pay: number,
  employed: boolean,
  office: boolean,
): Job => ({
  name,
  weight,
  from,
  until,
  pay,
  employed,
  office,
})

export const jobs: readonly Job[] = [
  job('学生', 50, 18, 24, 1600, false, false),
  job('生产运输工人', 20, 18, 60, 5200, true, false),
  job('商业服务人员', 21, 18, 58, 4600, true, false),
  job('办事人员', 14, 22, 60, 5800, true, true),
  job('专业技术人员', 13, 22, 62, 7800, true, true),
  job('公务员及事业单位', 8, 23, 60, 7200, true, true),
  job('企业管理人员', 4, 30, 62, 13_000, true, true),
  job('个体工商户', 11, 22, 66, 7500, false, false),
  job('自由职业', 5, 20, 60, 5400, false, false),
  job('农林牧渔', 5, 25, 70, 3000, false, false),
  job('家庭主妇及无业', 5, 22, 60, 1200, false, false),
  job('退休人员', 12, 52, 60, 3500, true, false),
  job('退休人员', 90, 60, 90, 3600, true, false),
]
