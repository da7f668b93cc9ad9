import { onBeforeUnmount, onMounted, ref, type Ref } from 'vue'

/** Width of an element in px, so that a drawing fills its place while its letters keep their size. */
export function useWidth(element: Ref<Element | null>, before: number): Ref<number> {
  const width = ref(before)
  let observer: ResizeObserver | null = null
  onMounted(() => {
    observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) width.value = entry.contentRect.width
    })
    if (element.value) observer.observe(element.value)
  })
  onBeforeUnmount(() => observer?.disconnect())
  return width
}
