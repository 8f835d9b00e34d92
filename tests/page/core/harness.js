/** Tried in the page by the tests of the frontend's core. */

import { ApiError, errorText } from "/static/core/api.js"
import { ago, bytes, duration, money } from "/static/core/format.js"
import { h } from "/static/core/h.js"
import { setLanguage, t } from "/static/core/i18n.js"
import { particle } from "/static/core/particles.js"
import { parse } from "/static/core/router.js"

export { ago, bytes, duration, money, parse, particle, setLanguage, t }

/** Whether `h` refuses to make this. */
export function refuses(tag, props) {
  try {
    h(tag, props)
    return false
  } catch (error) {
    return error instanceof TypeError
  }
}

/** The markup that a text becomes as a child. */
export function markupOf(text) {
  return h("p", { title: text }, text).outerHTML
}

export function sentence(code, details = {}, id = null) {
  return errorText(new ApiError({ code, message: "the server’s words", details, id }, 400))
}

/** What a listener of an element hears before and after it left the page. */
export async function heardAfterLeaving() {
  const { define, MadangElement } = await import("/static/core/element.js")
  class Listener extends MadangElement {
    heard = 0
    connected() {
      this.on(window, "tick", () => {
        this.heard += 1
      })
    }
  }
  define("md-listener", Listener)
  const one = new Listener()
  document.body.append(one)
  dispatchEvent(new Event("tick"))
  one.remove()
  dispatchEvent(new Event("tick"))
  return one.heard
}
