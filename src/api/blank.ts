// Objects that Go always has although nobody wrote them: fields of struct type, and their zero values.

/** A struct with nothing set yet. */
export const blank = <T>(): T => ({}) as T;

/** A metav1.Time without omitempty that is not set: Go writes null. */
export const UNSET_TIME = null as unknown as undefined;
