/** SVG path of `values` (two or more) in a box, with a pixel of air above and below. Zero is the floor. */
export function linePath(values: readonly number[], width: number, height: number): string {
  const top = Math.max(...values, 1)
  const step = width / (values.length - 1)
  return values
    .map((value, index) => {
      const x = round(index * step)
      const y = round(height - 1 - (Math.max(value, 0) / top) * (height - 2))
      return `${index ? 'L' : 'M'}${x} ${y}`
    })
    .join(' ')
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
