/** The part of uPlot that Madang uses. */

export interface Series {
  label?: string
  fill?: string
  stroke?: string
  width?: number
  paths?: unknown
  points?: { show: boolean }
}

export interface Axis {
  stroke?: string
  font?: string
  size?: number
  space?: number
  incrs?: number[]
  grid?: { stroke?: string; width?: number; show?: boolean }
  ticks?: { show: boolean }
  values?: (plot: uPlot, splits: number[]) => string[]
}

export interface Options {
  width: number
  height: number
  padding?: [number, number, number, number]
  legend?: { show: boolean }
  cursor?: { y?: boolean; drag?: { x: boolean; y: boolean }; points?: { show: boolean } }
  scales?: Record<string, { time?: boolean; range?: (plot: uPlot, min: number, max: number) => [number, number] }>
  series: Series[]
  axes: Axis[]
  hooks?: { setCursor?: ((plot: uPlot) => void)[] }
}

export default class uPlot {
  static paths: { bars(options: { size: [number, number]; radius?: number; gap?: number }): unknown }
  constructor(options: Options, data: number[][], place: HTMLElement)
  cursor: { idx: number | null }
  setSize(size: { width: number; height: number }): void
  destroy(): void
}
