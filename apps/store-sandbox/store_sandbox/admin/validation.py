"""Static checks of a document with the wording, codes and paths of graphql-ruby.

graphql-core would find the same mistakes and say them differently; a client written against
Shopify reads these.
"""

from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLInputType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    get_named_type,
    is_composite_type,
    is_input_type,
    is_leaf_type,
    print_ast,
    type_from_ast,
)

from store_sandbox.admin.literals import Literals, Problem, problem
from store_sandbox.admin.usage import Path, Usage, required, spreads_of, variables_in

_DIRECTIVES = frozenset({"include", "skip", "idempotent", "deprecated", "specifiedBy"})


class Checker:
    """Collects the problems of one document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema = schema
        self.problems: list[Problem] = []
        self.fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self.operations = [
            node for node in document.definitions if isinstance(node, OperationDefinitionNode)
        ]
        self._variables: dict[str, VariableDefinitionNode] = {}
        self._usage = Usage()
        self._literals = Literals(schema, self.problems, self._use_variable)

    def run(self) -> list[Problem]:
        """Problems in the order a reader meets them; empty when the document is sound."""
        usages: dict[str, Usage] = {}
        every = {
            v.variable.name.value: v
            for op in self.operations
            for v in op.variable_definitions or ()
        }
        self._variables = every
        for name, fragment in self.fragments.items():
            self._usage = usages[name] = Usage()
            self._fragment(name, fragment)
        for operation in self.operations:
            self._operation(operation, usages)
        self._unused_fragments(usages)
        return self.problems

    def _fragment(self, name: str, fragment: FragmentDefinitionNode) -> None:
        path: Path = [f"fragment {name}"]
        kind = self._condition(fragment.type_condition.name.value, fragment, path)
        if kind is not None:
            self._selections(kind, fragment.selection_set, path)

    def _operation(self, node: OperationDefinitionNode, usages: dict[str, Usage]) -> None:
        name = node.name.value if node.name else None
        path: Path = [f"{node.operation.value} {name}" if name else node.operation.value]
        root = self.schema.get_root_type(node.operation)
        if root is None:
            text = f"Schema is not configured for {node.operation.value}s"
            self.problems.append(problem(text, node, path, "missingRootType"))
            return
        self._variables = {v.variable.name.value: v for v in node.variable_definitions or ()}
        self._usage = Usage()
        self._declared(node, path)
        self._selections(root, node.selection_set, path)
        self._variable_use(node, name, path, usages)

    def _declared(self, node: OperationDefinitionNode, path: Path) -> None:
        for definition in node.variable_definitions or ():
            kind = type_from_ast(self.schema, definition.type)
            name = definition.variable.name.value
            if kind is None or not is_input_type(kind):
                text = print_ast(definition.type).strip("[]!")
                self.problems.append(
                    problem(
                        f"{text} isn't a defined input type (on ${name})",
                        definition,
                        path,
                        "variableRequiresValidType",
                        typeName=text,
                        variableName=name,
                    )
                )

    def _variable_use(
        self,
        node: OperationDefinitionNode,
        name: str | None,
        path: Path,
        usages: dict[str, Usage],
    ) -> None:
        used = dict(self._usage.variables)
        for spread in self._reachable(self._usage, usages):
            used.update(usages[spread].variables)
        label = name or f"anonymous {node.operation.value}"
        for variable, definition in self._variables.items():
            if variable not in used:
                text = f"Variable ${variable} is declared by {label} but not used"
                self.problems.append(
                    problem(text, definition, path, "variableNotUsed", variableName=variable)
                )
        for variable, (where, at) in used.items():
            if variable not in self._variables:
                text = f"Variable ${variable} is used by {label} but not declared"
                self.problems.append(
                    problem(text, where, at, "variableNotDefined", variableName=variable)
                )

    def _reachable(self, usage: Usage, usages: dict[str, Usage]) -> set[str]:
        found: set[str] = set()
        queue = list(usage.spreads)
        while queue:
            name = queue.pop()
            if name in found or name not in usages:
                continue
            found.add(name)
            queue += usages[name].spreads
        return found

    def _unused_fragments(self, usages: dict[str, Usage]) -> None:
        spread: set[str] = set()
        for operation in self.operations:
            spread |= self._reachable(spreads_of(operation), usages)
        for name, fragment in self.fragments.items():
            if name not in spread:
                self.problems.append(
                    problem(
                        f"Fragment {name} was defined, but not used",
                        fragment,
                        [f"fragment {name}"],
                        "useAndDefineFragment",
                        fragmentName=name,
                    )
                )

    def _condition(self, name: str, node: Node, path: Path) -> Any:
        kind = self.schema.get_type(name)
        if kind is None:
            text = f"No such type {name}, so it can't be a fragment condition"
            self.problems.append(problem(text, node, path, "undefinedType", typeName=name))
            return None
        if not is_composite_type(kind):
            text = f"Invalid fragment on type {name} (must be Union, Interface or Object)"
            self.problems.append(
                problem(text, node, path, "fragmentOnNonCompositeType", typeName=name)
            )
            return None
        return kind

    def _selections(self, kind: Any, selections: SelectionSetNode, path: Path) -> None:
        for node in selections.selections:
            self._directives(node, path)
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                self._field(kind, node, [*path, key])
            elif isinstance(node, FragmentSpreadNode):
                self._spread(node, path)
            elif isinstance(node, InlineFragmentNode):
                inner, label = kind, "..."
                if node.type_condition is not None:
                    name = node.type_condition.name.value
                    label = f"... on {name}"
                    inner = self._condition(name, node, [*path, label])
                if inner is not None:
                    self._selections(inner, node.selection_set, [*path, label])

    def _spread(self, node: FragmentSpreadNode, path: Path) -> None:
        name = node.name.value
        self._usage.spreads[name] = node
        if name not in self.fragments:
            text = f"Fragment {name} was used, but not defined"
            at: Path = [*path, f"... {name}"]
            self.problems.append(problem(text, node, at, "useAndDefineFragment", fragmentName=name))

    def _directives(self, node: Any, path: Path) -> None:
        for directive in node.directives or ():
            name = directive.name.value
            if name not in _DIRECTIVES:
                text = f"Directive @{name} is not defined"
                self.problems.append(
                    problem(text, directive, path, "undefinedDirective", directiveName=name)
                )
                continue
            definition = self.schema.get_directive(name)
            for argument in directive.arguments or ():
                known = definition.args.get(argument.name.value) if definition else None
                if known is not None:
                    self._argument_value(argument, known.type, ("Directive", name), directive, path)

    def _field(self, kind: Any, node: FieldNode, path: Path) -> None:
        name = node.name.value
        if name == "__typename":
            return
        definition = self._definition(kind, name)
        if definition is None:
            text = f"Field '{name}' doesn't exist on type '{kind.name}'"
            self.problems.append(
                problem(text, node, path, "undefinedField", typeName=kind.name, fieldName=name)
            )
            return
        self._arguments(definition.args, node, name, path)
        inner = get_named_type(definition.type)
        if is_leaf_type(inner):
            if node.selection_set is not None:
                chosen = ", ".join(f'"{print_ast(s)}"' for s in node.selection_set.selections)
                text = (
                    "Selections can't be made on scalars "
                    f"(field '{name}' returns {inner.name} but has selections [{chosen}])"
                )
                self._mismatch(text, node, path, name, inner.name)
        elif node.selection_set is None:
            text = (
                f"Field must have selections (field '{name}' returns {inner.name} but has no"
                f" selections. Did you mean '{name} {{ ... }}'?)"
            )
            self._mismatch(text, node, path, name, inner.name)
        else:
            self._selections(inner, node.selection_set, path)

    def _mismatch(self, text: str, node: Node, path: Path, name: str, kind: str) -> None:
        extra = {"nodeName": f"field '{name}'", "typeName": kind}
        self.problems.append(problem(text, node, path, "selectionMismatch", **extra))

    def _definition(self, kind: Any, name: str) -> Any:
        if name.startswith("__") and isinstance(kind, GraphQLObjectType):
            return self.schema.get_field(kind, name)
        return getattr(kind, "fields", {}).get(name)

    def _arguments(
        self, known: dict[str, GraphQLArgument], node: FieldNode, name: str, path: Path
    ) -> None:
        given = {argument.name.value: argument for argument in node.arguments or ()}
        missing = [
            key for key, argument in known.items() if key not in given and required(argument)
        ]
        if missing:
            listed = ", ".join(missing)
            text = f"Field '{name}' is missing required arguments: {listed}"
            extra = {"className": "Field", "name": name, "arguments": listed}
            self.problems.append(problem(text, node, path, "missingRequiredArguments", **extra))
        for key, argument in given.items():
            definition = known.get(key)
            if definition is None:
                text = f"Field '{name}' doesn't accept argument '{key}'"
                extra = {"name": name, "typeName": "Field", "argumentName": key}
                self.problems.append(
                    problem(text, argument, [*path, key], "argumentNotAccepted", **extra)
                )
                for variable in variables_in(argument.value):
                    self._usage.variables.setdefault(variable, (argument, path))
                continue
            self._argument_value(argument, definition.type, ("Field", name), node, path)

    def _argument_value(
        self,
        argument: ArgumentNode,
        kind: GraphQLInputType,
        owner: tuple[str, str],
        node: Node,
        path: Path,
    ) -> None:
        key = argument.name.value
        self._literals.check(argument.value, kind, (*owner, key), node, [*path, key])

    def _use_variable(
        self, name: str, kind: GraphQLInputType, key: str, node: Node, path: Path
    ) -> None:
        self._usage.variables.setdefault(name, (node, path))
        definition = self._variables.get(name)
        declared = None if definition is None else type_from_ast(self.schema, definition.type)
        if definition is None or declared is None:
            return
        reason = self._literals.mismatch(declared, kind, definition.default_value is not None)
        if reason is not None:
            text = f"{reason} on variable ${name} and argument {key} ({declared} / {kind})"
            extra = {
                "variableName": name,
                "typeName": str(declared),
                "argumentName": key,
                "errorMessage": reason,
            }
            self.problems.append(problem(text, node, path, "variableMismatch", **extra))
