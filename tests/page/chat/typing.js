/** Plays what keyboards and input methods tell a browser, and writes down what the composer sends. */

import { setLanguage } from "/static/core/i18n.js"
import { ChatComposer } from "/static/features/chat/composer.js"

let composer
let sent = []

function fresh() {
  sent = []
  composer = new ChatComposer()
  composer.addEventListener("chat-send", ({ detail }) => sent.push(detail.text))
  document.querySelector("#place").replaceChildren(composer)
}

export async function box() {
  await setLanguage("ko")
  fresh()
  return composer.querySelector("textarea")
}

export function outcome() {
  return { sent, left: composer.text }
}

export async function play(text, events) {
  const input = await box()
  input.focus()
  composer.text = text
  for (const { type, ...details } of events) {
    if (type === "later") await pause(30)
    else tell(input, type, details)
  }
  await pause(30)
  return outcome()
}

/** A key that nobody stops breaks the line, as the browser would. */
function tell(input, type, details) {
  const options = { bubbles: true, cancelable: true, ...details }
  const event = make(type, options)
  const isAllowed = input.dispatchEvent(event)
  const isPlainEnter = type === "keydown" && details.key === "Enter" && !details.isComposing && details.keyCode === 13
  if (isAllowed && (isPlainEnter || details.inputType === "insertLineBreak")) composer.text += "\n"
}

function make(type, options) {
  if (type === "keydown") return new KeyboardEvent(type, options)
  if (type === "beforeinput") return new InputEvent(type, options)
  return new CompositionEvent(type, options)
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds))
}
