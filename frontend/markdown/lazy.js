/** Work that can wait: it is done when an element comes near the screen and the page has nothing better to do. */

const NEAR = "400px"

/** @type {WeakMap<Element, () => void>} */
const waiting = new WeakMap()
/** @type {IntersectionObserver | undefined} */
let observer

/**
 * Run once, when the element is near the screen and the page is idle.
 * @param {Element} element
 * @param {AbortSignal} signal gives up
 * @param {() => void} run
 */
export function whenNear(element, signal, run) {
  observer ??= new IntersectionObserver(seen, { rootMargin: NEAR })
  waiting.set(element, () => whenIdle(() => !signal.aborted && run()))
  observer.observe(element)
  signal.addEventListener("abort", () => forget(element), { once: true })
}

/** @param {IntersectionObserverEntry[]} entries */
function seen(entries) {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue
    const run = waiting.get(target)
    forget(target)
    run?.()
  }
}

/** @param {Element} element */
function forget(element) {
  observer?.unobserve(element)
  waiting.delete(element)
}

/** @param {() => void} run */
function whenIdle(run) {
  if ("requestIdleCallback" in window) requestIdleCallback(run, { timeout: 500 })
  else setTimeout(run, 30)
}
