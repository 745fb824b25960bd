import type { Text } from '../../../platform/problem.ts'

const named = (zh: string, en: string): Text => ({ zh, en })

/** What SDKs send by themselves, in words: a proposal comes with its name, and a person has only to accept it. */
const events: Record<string, Text> = {
  $pageview: named('浏览页面', 'Page viewed'),
  page_view: named('浏览页面', 'Page viewed'),
  screen_view: named('浏览屏幕', 'Screen viewed'),
  $WebClick: named('点击网页元素', 'Web element clicked'),
  $WebStay: named('停留网页区域', 'Stayed in an area'),
  $AppClick: named('点击 App 元素', 'App element tapped'),
  $AppViewScreen: named('浏览 App 页面', 'App screen viewed'),
  $AppStart: named('启动 App', 'App started'),
  $AppEnd: named('退出 App', 'App ended'),
  $MPClick: named('点击小程序元素', 'Mini-program element tapped'),
  $MPViewScreen: named('浏览小程序页面', 'Mini-program page viewed'),
  $FormSubmit: named('提交表单', 'Form submitted'),
  $ElementExposure: named('元素曝光', 'Element seen'),
  $SignUp: named('登录关联', 'Signed in'),
}

const properties: Record<string, Text> = {
  $element_selector: named('元素选择器', 'Element selector'),
  $element_path: named('元素路径', 'Element path'),
  $element_content: named('元素内容', 'Element text'),
  $element_type: named('元素类型', 'Element type'),
  $element_id: named('元素 ID', 'Element id'),
  $element_name: named('元素名称', 'Element name'),
  $element_class_name: named('元素样式名', 'Element class'),
  $element_position: named('元素位置', 'Element position'),
  $element_target_url: named('元素链接地址', 'Element link'),
  $form_fields: named('表单字段名', 'Names of the form fields'),
  $url: named('页面地址', 'Page address'),
  $url_path: named('页面路径', 'Page path'),
  $url_host: named('页面域名', 'Page host'),
  $title: named('页面标题', 'Page title'),
  $referrer: named('前向地址', 'Referrer'),
  $referrer_host: named('前向域名', 'Referrer host'),
  $screen_name: named('屏幕名称', 'Screen name'),
  $screen_width: named('屏幕宽度', 'Screen width'),
  $screen_height: named('屏幕高度', 'Screen height'),
  $viewport_width: named('视区宽度', 'Viewport width'),
  $viewport_height: named('视区高度', 'Viewport height'),
  $lib: named('SDK 类型', 'SDK'),
  $lib_version: named('SDK 版本', 'SDK version'),
  $os: named('操作系统', 'Operating system'),
  $browser: named('浏览器', 'Browser'),
}

const nobody = named('', '')

export function eventWords(name: string): Text {
  return Object.hasOwn(events, name) ? (events[name] ?? nobody) : nobody
}

export function propertyWords(name: string): Text {
  return Object.hasOwn(properties, name) ? (properties[name] ?? nobody) : nobody
}
