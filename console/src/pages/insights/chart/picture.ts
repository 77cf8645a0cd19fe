import type { Flow, Plot } from '../plots'
import { echarts } from './engine'
import { optionOf } from './options'
import type { Look } from './useLook'

const WIDTH = 1200
const HEIGHT = 640
const HEAD = 56
const LEGEND = 36

/** The drawing with its title and names, as a PNG of twice the size. */
export async function pictureOf(plot: Plot | Flow, look: Look, title: string): Promise<Blob> {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT - HEAD - LEGEND })
  chart.setOption({ ...optionOf(plot, look), animation: false })
  const drawing = chart.renderToSVGString()
  chart.dispose()
  const image = await loaded(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(drawing)}`)
  const canvas = document.createElement('canvas')
  canvas.width = 2 * WIDTH
  canvas.height = 2 * HEIGHT
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  context.scale(2, 2)
  context.fillStyle = look.surface
  context.fillRect(0, 0, WIDTH, HEIGHT)
  heading(context, look, title)
  context.drawImage(image, 0, HEAD, WIDTH, HEIGHT - HEAD - LEGEND)
  if (plot.form !== 'flow') legend(context, look, plot)
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png'))
}

function loaded(source: string): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const image = new Image()
    image.onload = () => resolve(image)
    image.onerror = () => reject(new Error('no picture'))
    image.src = source
  })
}

function heading(context: CanvasRenderingContext2D, look: Look, title: string): void {
  context.direction = look.dir
  context.fillStyle = look.text
  context.font = `600 20px ${look.font}`
  context.textBaseline = 'middle'
  context.textAlign = 'start'
  context.fillText(title, look.dir === 'rtl' ? WIDTH - 20 : 20, HEAD / 2 + 2, WIDTH - 40)
}

function legend(context: CanvasRenderingContext2D, look: Look, plot: Plot): void {
  context.direction = 'ltr'
  context.font = `13px ${look.font}`
  let x = 20
  for (const series of plot.series) {
    context.globalAlpha = series.faint ? 0.5 : 1
    context.fillStyle = look.series[series.look] ?? look.text
    context.fillRect(x, HEIGHT - LEGEND / 2 - 5, 10, 10)
    context.globalAlpha = 1
    context.fillStyle = look.text
    context.fillText(series.name, x + 16, HEIGHT - LEGEND / 2)
    x += 16 + context.measureText(series.name).width + 24
  }
}
