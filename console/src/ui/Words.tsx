/** A sentence in which `backticks` mark what is typed as it stands. */
export function Words({ text }: { text: string }) {
  return text.split('`').map((part, index) =>
    index % 2 ? (
      <code key={index} dir="ltr">
        {part}
      </code>
    ) : (
      part
    ),
  )
}
