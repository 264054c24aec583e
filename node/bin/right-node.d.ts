export declare const NEEDED_NODE: number;
export declare function isRightNode(version?: string): boolean;
export declare function packagedNode(): string | undefined;
