// What goes wrong in a kustomization; every level puts what it was doing before it.
export class KustomizeError extends Error {}

export async function during<T>(doing: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof KustomizeError ? new KustomizeError(`${doing}: ${error.message}`) : error;
  }
}
