/** Any method at all. */
export type Method = (this: never, ...args: never[]) => unknown;
type Callable = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Makes a method decorator of a function that wraps a method, for both dialects: standard (TC39) decorators are called
 * with the method and a context, legacy ones (`experimentalDecorators`) with the prototype, a name and a descriptor.
 *
 * The decorated method keeps its name and length, and is bound: `app.get('/me', controller.me)` needs no `.bind`.
 */
export function methodDecorator(wrap: (method: Callable) => Callable) {
  return (target: unknown, context: unknown, descriptor?: PropertyDescriptor): unknown => {
    if (isStandard(context)) {
      bindOnInstances(context);
      return likeMethod(target as Callable, wrap); // `kind: 'method'`: the target is one
    }
    const method: unknown = descriptor?.value ?? behind(descriptor);
    if (typeof method !== 'function') throw new TypeError('This decorator is for methods.');
    return {
      configurable: true,
      enumerable: descriptor?.enumerable ?? false,
      ...boundAccessor(context as PropertyKey, likeMethod(method as Callable, wrap)), // the legacy dialect's second argument
    };
  };
}

function isStandard(context: unknown): context is ClassMethodDecoratorContext {
  if (typeof context !== 'object' || context === null || !('kind' in context)) return false;
  if (context.kind === 'method') return true;
  throw new TypeError('This decorator is for methods.');
}

function likeMethod(method: Callable, wrap: (method: Callable) => Callable): Callable {
  return Object.defineProperties(wrap(method), {
    name: { value: method.name, configurable: true },
    length: { value: method.length, configurable: true },
  });
}

/**
 * The standard dialect runs this on each new instance: it gets the method of its own class, bound, as its own. For a
 * static method it runs on the class, once: there an accessor tells subclasses apart.
 */
function bindOnInstances(context: ClassMethodDecoratorContext): void {
  const { name } = context;
  context.addInitializer(function (this: unknown) {
    const instance = this as Record<PropertyKey, Callable>; // it has the method whose decorator this is
    if (context.private || behind(Object.getOwnPropertyDescriptor(instance, name)) !== undefined) return;
    const method = instance[name];
    if (typeof method !== 'function') return;
    if (context.static) {
      Object.defineProperty(instance, name, { configurable: true, enumerable: false, ...boundAccessor(name, method) });
    } else {
      Object.defineProperty(instance, name, {
        value: likeMethod(method, (unbound) => unbound.bind(instance)),
        writable: true,
        configurable: true,
        enumerable: false,
      });
    }
  });
}

/** The method behind each accessor of {@link boundAccessor}, for a second decorator of the same method. */
const unboundMethods = new WeakMap<object, Callable>();

function behind(descriptor: PropertyDescriptor | undefined): Callable | undefined {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is looked up, not called
  return descriptor?.get && unboundMethods.get(descriptor.get);
}

/**
 * The legacy dialect has no hook on new instances, so the prototype gets an accessor. It keeps each instance's bound
 * method aside and not on the instance, where `super.method` would put the base class's over the subclass's.
 */
function boundAccessor(name: PropertyKey, method: Callable): PropertyDescriptor {
  const bound = new WeakMap<object, Callable>();
  const get = function (this: unknown): Callable {
    // On a prototype it is the plain method: whoever takes it from there brings an instance along.
    if (!isInstance(this)) return method;
    let mine = bound.get(this);
    if (mine === undefined) {
      mine = likeMethod(method, (unbound) => unbound.bind(this));
      bound.set(this, mine);
    }
    return mine;
  };
  const set = function (this: object, value: unknown): void {
    Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
  };
  unboundMethods.set(get, method);
  return { get, set };
}

/** An object or a class, and not the prototype that the instances of a class share. */
function isInstance(value: unknown): value is object {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  const maker: unknown = Object.hasOwn(value, 'constructor') ? value.constructor : undefined;
  return typeof maker !== 'function' || maker.prototype !== value;
}
