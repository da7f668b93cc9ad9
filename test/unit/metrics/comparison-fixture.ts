/**
 * Six scenes of 3, 5, 2, 7, 4 and 4 students, four classes of which 3 is Null, and the predictions of two models.
 * Drawn once with numpy.random.default_rng(11); the expected figures in the tests come from scikit-learn 1.2 on these
 * arrays.
 */
export const sceneOf = [0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]
export const truth = [0, 0, 3, 1, 2, 2, 2, 0, 1, 0, 1, 3, 2, 0, 2, 0, 3, 3, 3, 2, 3, 1, 0, 2, 1]
export const first = [0, 0, 3, 1, 2, 2, 2, 0, 1, 0, 1, 3, 2, 0, 3, 2, 3, 3, 3, 2, 0, 1, 0, 2, 1]
export const second = [3, 2, 3, 1, 1, 3, 2, 0, 1, 0, 1, 1, 1, 0, 1, 0, 3, 1, 3, 2, 3, 1, 0, 2, 1]
export const classCount = 4
export const nullIndex = 3
