import type { Palette } from './draw/picture.ts'
import type { ScenePlan } from './scene.ts'

/** One photo of the sample: what is drawn and in which colours. */
export interface SamplePlan {
  readonly scene: ScenePlan
  readonly palette: Palette
}

const schoolRoom = {
  layout: { rows: 6, groups: [2, 2, 2], seatPitch: 0.72, aisle: 0.62, rowPitch: 1.3, style: 'desks' },
  windows: 'left',
  cameraSide: 0.62,
  cameraHeight: 2.95,
  focalPx: 820,
  firstRow: 2.55,
  pitchTarget: 1.7,
} as const

const schoolPalette: Palette = {
  room: { wall: '#f1ead9', dado: '#9dbfae', floor: '#cdb699', curtain: '#e7c98f', boards: 'chalk' },
  furniture: { top: '#d9a566', panel: '#c99457', frame: '#7d8690', chair: '#5f8f86' },
  uniformed: 0.55,
}

/** The five photos of the sample: four rooms, one of them at two times of the day. */
export const samplePlans: readonly SamplePlan[] = [
  {
    scene: {
      name: 'room-a-morning',
      room: schoolRoom,
      roomId: 'room-a',
      takenAt: '2025-03-04T08:40:00',
      daylight: 'morning',
      students: 33,
      mix: [0.14, 0.42, 0.28, 0.06, 0.1],
    },
    palette: schoolPalette,
  },
  {
    scene: {
      name: 'room-a-afternoon',
      room: schoolRoom,
      roomId: 'room-a',
      takenAt: '2025-03-04T14:10:00',
      daylight: 'afternoon',
      students: 30,
      mix: [0.4, 0.2, 0.2, 0.07, 0.13],
    },
    palette: schoolPalette,
  },
  {
    scene: {
      name: 'room-b-exam',
      room: {
        layout: { rows: 5, groups: [1, 1, 1, 1, 1, 1], seatPitch: 0.78, aisle: 0.5, rowPitch: 1.4, style: 'desks' },
        windows: 'right',
        cameraSide: 0,
        cameraHeight: 2.9,
        focalPx: 780,
        firstRow: 2.6,
        pitchTarget: 1.7,
      },
      roomId: 'room-b',
      takenAt: '2025-03-11T11:05:00',
      daylight: 'noon',
      students: 27,
      mix: [0.15, 0.17, 0.47, 0.08, 0.13],
    },
    palette: {
      room: { wall: '#e6edf0', dado: '#8fa9bd', floor: '#b9b7b0', curtain: '#c5d5dc', boards: 'cork' },
      furniture: { top: '#e7d3b1', panel: '#d7bf97', frame: '#59626d', chair: '#3f5f82' },
      uniformed: 0.2,
    },
  },
  {
    scene: {
      name: 'hall-c-lecture',
      room: {
        layout: { rows: 6, groups: [4, 4], seatPitch: 0.66, aisle: 0.8, rowPitch: 1.25, style: 'benches' },
        windows: 'right',
        cameraSide: -0.7,
        cameraHeight: 3,
        focalPx: 800,
        firstRow: 2.7,
        pitchTarget: 1.8,
      },
      roomId: 'hall-c',
      takenAt: '2025-04-02T10:20:00',
      daylight: 'noon',
      students: 43,
      mix: [0.18, 0.34, 0.24, 0.06, 0.18],
    },
    palette: {
      room: { wall: '#efe9e1', dado: '#c9bba6', floor: '#a9a59c', curtain: '#d8d2c4', boards: 'plain' },
      furniture: { top: '#efe4cf', panel: '#e3d6bd', frame: '#8b9097', chair: '#c9a36a' },
      uniformed: 0,
    },
  },
  {
    scene: {
      name: 'room-d-evening',
      room: {
        layout: { rows: 6, groups: [2, 3, 2], seatPitch: 0.7, aisle: 0.6, rowPitch: 1.28, style: 'desks' },
        windows: 'right',
        cameraSide: -0.85,
        cameraHeight: 3,
        focalPx: 800,
        firstRow: 2.65,
        pitchTarget: 1.75,
      },
      roomId: 'room-d',
      takenAt: '2025-04-17T19:30:00',
      daylight: 'evening',
      students: 37,
      mix: [0.2, 0.1, 0.36, 0.08, 0.26],
    },
    palette: {
      room: { wall: '#dcd8cf', dado: '#7f93a8', floor: '#9c8b78', curtain: '#6f7f9d', boards: 'chalk' },
      furniture: { top: '#c99a67', panel: '#b5854f', frame: '#4f5763', chair: '#8a4f45' },
      uniformed: 0.1,
    },
  },
]
