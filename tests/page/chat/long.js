/** A conversation of thousands of turns on an empty page, and what of it is on the page. */

import { setLanguage } from "/static/core/i18n.js"
import { loadStyle } from "/static/core/style.js"
import { ChatThread } from "/static/features/chat/thread.js"

let thread

function turn(number) {
  const words = "word ".repeat((number * 37) % 160)
  const code = number % 7 === 0 ? "\n\n```py\nx = 1\n```" : ""
  return {
    id: String(number).padStart(8, "0"),
    parent_id: number === 0 ? null : String(number - 1).padStart(8, "0"),
    content: `question ${number}`,
    answer: `answer ${number} ${words}${code}`,
    attachments: [],
    reasoning: "",
    status: "done",
    held: false,
    error: null,
    receipt: null,
    waiting: null,
  }
}

export async function open(count) {
  await setLanguage("en")
  await loadStyle(new URL("/static/styles/turns.css", location.href))
  const place = document.querySelector("#place")
  place.style.blockSize = "700px"
  const path = Array.from({ length: count }, (_, number) => turn(number))
  thread = new ChatThread()
  place.replaceChildren(thread)
  thread.begin({ path, siblings: (one) => [one], release() {}, need() {} })
  thread.show(path, [])
  await settled()
}

function scroller() {
  return thread.querySelector(".thread__scroll")
}

function isInView(element) {
  const [a, b] = [element.getBoundingClientRect(), scroller().getBoundingClientRect()]
  return a.bottom > b.top && a.top < b.bottom
}

export function seen() {
  const turns = [...thread.querySelectorAll(".turn")]
  const questions = turns.filter(isInView).map((one) => one.querySelector(".said__words").textContent)
  return { onPage: turns.length, inView: questions }
}

export async function jump(share) {
  scroller().scrollTop = share * scroller().scrollHeight
  await settled()
}

/** Scroll up in steps. Returns the question at the top edge after each. */
export async function climb(steps, pixels) {
  const tops = []
  for (let step = 0; step < steps; step++) {
    scroller().scrollTop -= pixels
    await settled()
    tops.push(Number(seen().inView[0].split(" ")[1]))
  }
  return tops
}

async function settled() {
  for (let frame = 0; frame < 6; frame++) await new Promise(requestAnimationFrame)
  await new Promise((done) => setTimeout(done, 30))
}
