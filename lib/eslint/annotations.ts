import type { TSESTree } from '@typescript-eslint/types';
import type { SourceCode } from 'eslint';
import { nameOf, nodeOf, type Node } from './syntax-tree.js';
import { importOf, importedName, variableOf } from './variables.js';

/** A type that an annotation names. */
export interface TypeName {
  readonly name: string;
  /** The module that the type is imported from. */
  readonly source: string | undefined;
}

/** The types that an annotation names: also in a union or an intersection, and behind an alias of the same file. */
export function typeNames(type: TSESTree.TypeNode, sourceCode: SourceCode, depth = 0): TypeName[] {
  if (depth > 5) return []; // aliases that lead to each other
  if (type.type === 'TSUnionType' || type.type === 'TSIntersectionType')
    return type.types.flatMap((one) => typeNames(one, sourceCode, depth));
  if (type.type !== 'TSTypeReference') return [];
  const { typeName } = type;
  if (typeName.type === 'TSQualifiedName') {
    const { left, right } = typeName;
    return [{ name: right.name, source: left.type === 'Identifier' ? importOf(sourceCode, left)?.source : undefined }];
  }
  if (typeName.type !== 'Identifier') return [];
  const alias = aliasOf(typeName, sourceCode);
  if (alias !== undefined) return typeNames(alias.typeAnnotation, sourceCode, depth + 1);
  return [{ name: importedName(sourceCode, typeName), source: importOf(sourceCode, typeName)?.source }];
}

/** `type Name = …` of this file, without type parameters. */
export function aliasOf(
  name: TSESTree.Identifier,
  sourceCode: SourceCode,
): TSESTree.TSTypeAliasDeclaration | undefined {
  const def = variableOf(sourceCode, name)?.defs[0];
  const node = def && nodeOf(def.node);
  return node?.type === 'TSTypeAliasDeclaration' && node.typeParameters === undefined ? node : undefined;
}

/** Whether a module is this package or one of its entry points. */
export function isTypedSession(source: string | undefined): boolean {
  return source !== undefined && /^typed-session(?:\/|$)/.test(source);
}

/** What a class declares about one of its members. */
export interface Member {
  readonly type: TSESTree.TypeNode | undefined;
  /** The value that the member begins with. */
  readonly value: Node | null;
}

/** The declaration of a member of `this`, as a field or as a parameter of the constructor, in the class around a node. */
export function memberOfThis(at: Node, name: string): Member | undefined {
  let body: Node | undefined = at;
  while (body && body.type !== 'ClassBody') body = body.parent; // the parent of a program is null
  for (const member of body?.body ?? []) {
    if (member.type === 'PropertyDefinition' || member.type === 'AccessorProperty') {
      if (nameOf(member) === name) return { type: member.typeAnnotation?.typeAnnotation, value: member.value };
    } else if (member.type === 'MethodDefinition' && member.kind === 'constructor') {
      const parameter = member.value.params.find((one) => parameterPropertyName(one) === name);
      if (parameter !== undefined) return { type: annotationOf(parameter), value: null };
    }
  }
  return undefined;
}

function identifierOf(parameter: TSESTree.Parameter): TSESTree.Identifier | undefined {
  const target = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter;
  const name = target.type === 'AssignmentPattern' ? target.left : target;
  return name.type === 'Identifier' ? name : undefined;
}

function parameterPropertyName(parameter: TSESTree.Parameter): string | undefined {
  return parameter.type === 'TSParameterProperty' ? identifierOf(parameter)?.name : undefined;
}

function annotationOf(parameter: TSESTree.Parameter): TSESTree.TypeNode | undefined {
  return identifierOf(parameter)?.typeAnnotation?.typeAnnotation;
}
