// What the pages of the made-up bank do by themselves. The SDK stands in their markup; it is called where a bank would.

const find = (selector) => document.querySelector(selector)
const all = (selector) => [...document.querySelectorAll(selector)]

const products = {
  WJ90: ['稳健增利 90 天', '2.85%', 'R2 中低风险', '90 天', '1 万元起'],
  XJ01: ['现金宝 1 号', '1.92%', 'R1 低风险', '随存随取', '1 元起'],
  GS180: ['固收精选 180 天', '3.20%', 'R2 中低风险', '180 天', '1 万元起'],
  HH365: ['均衡配置一年持有', '3.65%', 'R3 中风险', '365 天', '1 万元起'],
  QY720: ['权益优选两年持有', '4.80%', 'R4 中高风险', '720 天', '5 万元起'],
}

for (const button of all('[data-go]')) button.addEventListener('click', () => location.assign(button.dataset.go))

const chosen = products[new URLSearchParams(location.search).get('id')]
if (chosen && find('#product-name')) {
  for (const [i, part] of ['name', 'rate', 'risk', 'term', 'least'].entries())
    find(`#product-${part}`).textContent = chosen[i]
  document.title = `${chosen[0]} · 知行银行`
}

for (const kind of all('#kinds button'))
  kind.addEventListener('click', () => {
    for (const one of all('#kinds button')) one.setAttribute('aria-pressed', String(one === kind))
    for (const offer of all('#products > li')) offer.hidden = !offer.dataset.risk.startsWith(kind.dataset.kind)
  })

for (const button of all('[data-amount]'))
  button.addEventListener('click', () => {
    find('[name=amount]').value = button.dataset.amount
  })

find('[data-zx=favourite]')?.addEventListener('click', ({ currentTarget: button }) => {
  button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'))
})

const signIn = find('#sign-in')
function show(login) {
  if (!signIn) return
  signIn.textContent = login ? '退出' : '登录'
  find('#assets').textContent = login ? '328,450.18' : '登录后查看'
}
show(sessionStorage.getItem('demo.login'))
signIn?.addEventListener('click', () => {
  if (sessionStorage.getItem('demo.login')) {
    sessionStorage.removeItem('demo.login')
    window.zhixing?.reset()
  } else {
    sessionStorage.setItem('demo.login', 'demo-visitor')
    window.zhixing?.identify('demo-visitor')
  }
  show(sessionStorage.getItem('demo.login'))
})

function answer(form, result, act) {
  find(form)?.addEventListener('submit', (event) => {
    event.preventDefault()
    act(new FormData(event.target))
    find(form).hidden = true
    find(result).hidden = false
  })
}
answer('#risk-form', '#risk-result', (said) => {
  const points = ['income', 'years', 'drop'].reduce((sum, name) => sum + Number(said.get(name)), 0)
  const grades = ['C1 谨慎型', 'C2 稳健型', 'C3 平衡型', 'C4 进取型', 'C5 激进型']
  const grade = grades[Math.min(4, Math.floor(points / 2))]
  find('#risk-grade').textContent = grade
  window.zhixing?.track('risk_assessed', { grade: grade.slice(0, 2) })
})
answer('#order-form', '#order-result', (said) => {
  window.zhixing?.track('wealth_order_submitted', { amount: Number(said.get('amount')), product_no: 'WJ90' })
})
