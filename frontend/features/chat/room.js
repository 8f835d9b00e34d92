/** Everything on the chat page behind the box to write in: which conversation is open, and what happens on it. */

import { ApiError, api, errorText } from "../../core/api.js"
import { t } from "../../core/i18n.js"
import { live } from "../../core/live.js"
import { navigate, setTitle } from "../../core/router.js"
import { announce } from "../../parts/announce.js"
import { toast } from "../../parts/toast.js"
import { act, stopTurn } from "./actions.js"
import { Attachments } from "./attachments.js"
import { Drafts } from "./drafts.js"
import { TalkHead } from "./head.js"
import { ChatList } from "./list.js"
import { Models } from "./models.js"
import { Outbox } from "./outbox.js"
import { Stage } from "./stage.js"
import { Talk } from "./talk.js"
import { composerTools } from "./tools.js"
import { NO_OPTIONS } from "./types.js"

/** @typedef {import("./page.js").ChatPage} ChatPage */
/** @typedef {import("./types.js").Options} Options */
/** @typedef {import("./types.js").Turn} Turn */

export class Room {
  /** @type {Talk | null} */
  talk = null
  models = new Models()
  outbox = new Outbox()
  attachments
  /** Options of a conversation that has not begun. @type {Options} */
  #wanted = { ...NO_OPTIONS }
  #drafts = new Drafts()
  #page
  #stage
  #list = new ChatList()
  #head
  #leaving = new AbortController()
  #opening = 0
  #opened = 0
  /** The conversation that is being opened. @type {string | null} */
  #coming = null
  /** The conversation whose first message was sent from here. @type {string | null} */
  #begun = null
  /** What a conversation is called until it has begun. */
  #fresh
  /** How often something was written or sent here, so that an old draft does not come in behind it. */
  #written = 0

  /** @param {ChatPage} page */
  constructor(page) {
    this.#page = page
    this.#fresh = this.outbox.unbegun ?? crypto.randomUUID()
    this.#head = new TalkHead(this)
    this.attachments = new Attachments(this)
    page.list.replaceChildren(this.#list)
    page.head.replaceChildren(this.#head)
    this.#stage = new Stage(page.body)
    page.composer.top.replaceChildren(this.attachments)
    page.composer.tools.replaceChildren(...composerTools(this))
    this.#listen()
    this.outbox.resume()
    this.models.start()
  }

  get composer() {
    return this.#page.composer
  }

  /** How this conversation asks. */
  get options() {
    return this.talk?.conversation.options ?? this.#wanted
  }

  /** The model that will answer next, if it is known. */
  get model() {
    return this.models.find(this.options.model)
  }

  #listen() {
    const { signal } = this.#leaving
    const on = (
      /** @type {EventTarget} */ target,
      /** @type {string} */ type,
      /** @type {(event: any) => void} */ run,
    ) => target.addEventListener(type, run, { signal })
    on(this.composer, "chat-send", (event) => this.#send(event))
    on(this.composer, "chat-write", ({ detail }) => this.#write(detail.text))
    on(this.composer, "chat-stop", () => void this.#stop())
    on(this.composer, "chat-edit-last", () => this.#stage.editLast())
    on(this.#page, "chat-act", ({ detail }) => void this.#act(detail))
    on(this.#page, "chat-unfocused", () => this.composer.focus())
    on(this.#page, "chat-example", ({ detail }) => this.#take(detail.text))
    on(this.outbox, "change", () => this.#showItems())
    on(this.outbox, "sent", ({ detail }) => this.#sent(detail))
    on(this.models, "change", () => this.#showOptions())
    this.attachments.catchFiles(this.#page, signal)
    signal.addEventListener("abort", live.follow("app", null, { event: ({ kind, data }) => this.#heard(kind, data) }))
  }

  close() {
    void this.#drafts.flush()
    this.talk?.close()
    this.models.close()
    this.#leaving.abort()
  }

  get #place() {
    return this.talk?.id ?? "new"
  }

  /** Where messages go that are written here; one that has just begun is not open yet. */
  get #address() {
    return this.talk?.id ?? this.#begun ?? this.#fresh
  }

  /** Whether what is written and sent goes where the address says. */
  get isOpen() {
    const hasJustBegun = this.#begun !== null && this.#coming === this.#begun
    return this.#opened === this.#opening || hasJustBegun
  }

  /**
   * Open a conversation, or the page of a new one. What is written from here on is meant for it.
   * @param {string | null} id
   */
  async open(id) {
    if (id !== null && id === this.talk?.id) return
    const turn = ++this.#opening
    this.#coming = id
    if (this.#opened > 0 && id !== this.#begun) this.composer.text = ""
    await this.#drafts.flush()
    const talk = id ? await this.#read(id) : null
    if (turn !== this.#opening) return talk?.close()
    if (id === null && (this.talk || this.#begun)) this.#leaveBegun()
    this.talk?.close()
    this.talk = talk
    this.#wanted = { ...NO_OPTIONS }
    this.#stage.begin(talk)
    if (talk) this.#follow(talk)
    const first = talk?.path.at(0)
    if (first && id === this.#begun) this.#announce(first)
    this.#showItems()
    this.#showOptions()
    this.#list.current = id
    this.#opened = turn
    await this.#restoreDraft()
  }

  #leaveBegun() {
    this.#begun = null
    this.#fresh = crypto.randomUUID()
  }

  /** @param {string} id */
  async #read(id) {
    try {
      return await Talk.open(id)
    } catch (error) {
      toast(error instanceof ApiError && error.status === 404 ? t("chat.gone") : errorText(error), { kind: "danger" })
      navigate("/chat", { replace: true })
      return null
    }
  }

  /** @param {Talk} talk */
  #follow(talk) {
    talk.addEventListener("path", () => this.#showItems())
    talk.addEventListener("turn", (event) => this.#stage.update(/** @type {CustomEvent} */ (event).detail))
    talk.addEventListener("conversation", () => this.#showOptions())
    talk.addEventListener("answer", (event) => this.#announce(/** @type {CustomEvent} */ (event).detail))
  }

  /** What was written meanwhile stays in the box. */
  async #restoreDraft() {
    const place = this.#place
    if (this.composer.text !== "") return this.#drafts.keep(place, this.composer.text)
    const before = this.#written
    const draft = await this.#drafts.read(place)
    if (place === this.#place && before === this.#written && this.composer.text === "") this.composer.text = draft
  }

  #showItems() {
    const path = this.talk?.path ?? []
    const known = new Set([...(this.talk?.turns.values() ?? [])].map(({ client_id }) => client_id))
    this.outbox.settle(known)
    const messages = this.outbox.of(this.#address).filter(({ client_id }) => !known.has(client_id))
    this.composer.answering = Boolean(this.talk?.running)
    this.#stage.show(path, messages)
  }

  #showOptions() {
    this.#head.draw()
    this.attachments.heed(this.model)
    for (const tool of this.composer.tools.children) tool.dispatchEvent(new Event("chat-options"))
    setTitle(this.talk?.conversation.title || t("chat.title"))
  }

  /** @param {string} text */
  #write(text) {
    this.#written += 1
    if (this.isOpen) this.#drafts.keep(this.#place, text)
  }

  /** @param {CustomEvent<{ text: string }>} event */
  #send(event) {
    const { text } = event.detail
    const attachments = this.attachments.ready
    if (this.attachments.isBusy) return event.preventDefault()
    this.attachments.clear()
    this.#stage.toEnd()
    const conversation_id = this.talk?.id ?? this.#begun
    this.outbox.add({ place: this.#address, conversation_id, content: text, attachments, options: this.#wanted })
  }

  /** @param {{ conversation_id: string, isNew: boolean }} detail */
  #sent({ conversation_id, isNew }) {
    if (!isNew || this.talk !== null) return
    this.#begun = conversation_id
    if (this.composer.text !== "") this.#drafts.keep("new", "")
    navigate(`/chat/${conversation_id}`, { replace: true })
  }

  async #stop() {
    const turn = this.talk?.running
    if (turn) await this.#try(() => stopTurn(turn))
  }

  /** @param {import("./actions.js").Request} request */
  async #act(request) {
    if (request.name === "fresh" || request.name === "retry") this.#stage.toEnd()
    await this.#try(() => act(this, request))
  }

  /** @param {string} text */
  #take(text) {
    this.composer.text = text
    this.composer.focus()
  }

  /**
   * Change how this conversation asks.
   * @param {Partial<Options>} patch
   */
  async setOptions(patch) {
    const options = { ...this.options, ...patch }
    const { talk } = this
    if (!talk) this.#wanted = options
    else {
      await this.#try(async () => {
        talk.conversation = await api.patch(`/api/chat/conversations/${talk.id}`, { options })
      })
    }
    this.#showOptions()
  }

  /** @param {() => Promise<unknown>} work */
  async #try(work) {
    try {
      await work()
    } catch (error) {
      toast(errorText(error), { kind: "danger" })
    }
  }

  /**
   * @param {string} kind
   * @param {any} data
   */
  #heard(kind, data) {
    if (kind === "conversation.deleted" && data.conversation.id === this.talk?.id) navigate("/chat", { replace: true })
    if (kind === "draft.changed" && data.conversation_id === this.#place) this.#takeDraft(data.content)
  }

  /** A draft of another tab is taken over where nobody writes. @param {string} content */
  #takeDraft(content) {
    if (!document.hasFocus()) this.composer.text = content
  }

  /** @param {Pick<Turn, "status">} turn */
  #announce(turn) {
    this.composer.answering = Boolean(this.talk?.running)
    announce(t(turn.status === "streaming" ? "chat.announce.began" : `chat.announce.${turn.status}`))
  }
}
