import { type Chance, one } from '../chance.ts'

// The commonest surnames of the Ministry of Public Security's yearly reports, and syllables of given names. Every name is put
// together by chance; whoever bears it is meant by accident.
const surnames = [
  ...'王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢',
]
const men = [...'伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林阳建国文志成海峰']
const women = [...'芳娜敏静丽艳娟霞秀英玲燕红梅琳雪婷慧颖莹洁晶倩怡佳欣雨桐梦思晓云月兰萍']
const middles = [...'子志文建国海小晓雨思梓嘉家俊佳明春玉永德承若一可安书']

export const surname = (next: Chance) => surnames[Math.floor(next() * next() * surnames.length)] as string

export const givenName = (next: Chance, gender: '1' | '2') => {
  const last = one(next, gender === '1' ? men : women)
  return next() < 0.72 ? one(next, middles) + last : last
}

export const personName = (next: Chance, gender: '1' | '2') => surname(next) + givenName(next, gender)
