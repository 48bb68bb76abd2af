// The types of preact.js, as far as the page uses them.
export type Drawn = unknown;
export function html(parts: TemplateStringsArray, ...values: unknown[]): Drawn;
export function h(view: unknown, props: object | null, ...children: unknown[]): Drawn;
export function render(drawn: Drawn, place: Element): void;
export class Component {
  props: Record<string, any>;
}
export interface Context<T> {
  Provider: (props: { value: T }) => Drawn;
}
// What begins as null, an element most of all, is anything later.
export function createContext(value: null): Context<any>;
export function useContext<T>(context: Context<T>): T;
export function useState(first: null): [any, (next: any) => void];
export function useState<T>(first: T | (() => T)): [T, (next: T | ((before: T) => T)) => void];
export function useRef(first: null): { current: any };
export function useRef<T>(first: T): { current: T };
export function useEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useLayoutEffect(effect: () => void | (() => void), inputs?: readonly unknown[]): void;
export function useMemo<T>(make: () => T, inputs: readonly unknown[]): T;
export function useCallback<F>(call: F, inputs: readonly unknown[]): F;
