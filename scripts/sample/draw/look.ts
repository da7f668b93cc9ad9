import type { Random } from '../random.ts'
import { createRandom } from '../random.ts'

export type HairStyle = 'short' | 'buzz' | 'bob' | 'long' | 'ponytail' | 'bun' | 'curly' | 'hood'
export type Clothing = 'hoodie' | 'uniform' | 'sweater' | 'shirt' | 'jacket' | 'stripes'

/** How one student looks: nothing here says anything about what the student does. */
export interface Look {
  readonly skin: string
  readonly hair: string
  readonly hairStyle: HairStyle
  readonly clothing: Clothing
  readonly cloth: string
  readonly trim: string
  readonly trousers: string
  readonly shoes: string
  readonly glasses: boolean
  readonly fringe: number
}

const skins = ['#f3cfb3', '#ecbf9c', '#e0ac84', '#d49b72', '#b97d55', '#93603f', '#f6d9c2', '#e7b48f']
const hairs = ['#1f1b1c', '#2a2220', '#191a20', '#3a2a22', '#4b3225', '#2b2a33', '#6a4630', '#23201f']
const cloths = [
  ...['#c8553d', '#2f6690', '#3a7d66', '#e0a33e', '#6d597a', '#355070', '#b56576', '#588157'],
  ...['#d9d4c7', '#475569', '#8d6a4f', '#e5e9ec', '#1f3a4d', '#9b2f3f', '#7aa6a1', '#404a54'],
]
const trims = ['#f4f1e8', '#ffd27a', '#202a36', '#e9edf0', '#f2b5a0', '#b8d8d0']

/** One student's look, from a stream of its own so that looks never change the behaviours. */
export function drawLook(name: string, uniformed: number): Look {
  const random: Random = createRandom(`look ${name}`)
  const inUniform = random.next() < uniformed
  const styles: readonly HairStyle[] = ['short', 'short', 'short', 'buzz', 'bob', 'long', 'ponytail', 'bun', 'curly']
  const clothing = inUniform ? 'uniform' : random.pick(['hoodie', 'sweater', 'shirt', 'jacket', 'stripes'] as const)
  const hood = clothing === 'hoodie' && random.next() < 0.12
  return {
    skin: random.pick(skins),
    hair: random.pick(hairs),
    hairStyle: hood ? 'hood' : random.pick(styles),
    clothing,
    cloth: inUniform ? random.pick(['#f2f4f6', '#eceff3', '#f6f5f1']) : random.pick(cloths),
    trim: inUniform ? '#2b5aa0' : random.pick(trims),
    trousers: random.pick(['#2c3440', '#3d4654', '#5b6472', '#27364a', '#4a4038']),
    shoes: random.pick(['#f1eee6', '#e4e0d6', '#2b2e36', '#8f3b36', '#3c5f8a']),
    glasses: random.next() < 0.22,
    fringe: random.between(-0.35, 0.35),
  }
}
